import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Numbers for Prometheus. Names begin with `lumbung_`; labels have few values: an endpoint, never an address or a name. */
export interface Metrics extends HttpMetrics {
  /** A number that is asked for when the metrics are read. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /** A number that only grows. @returns adds to it */
  counter(name: string, help: string, labels: readonly string[]): (labels: Readonly<Record<string, string>>) => void;
  /** Text exposition format 0.0.4. */
  print(): Promise<string>;
  readonly mediaType: string;
}

export interface HttpMetrics {
  observe(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly durationMs: number;
  }): void;
}

const SECONDS_BUCKETS = [0.005, 0.02, 0.1, 0.3, 1, 3, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'lumbung_' });
  const seconds = new Histogram({
    name: 'lumbung_http_request_seconds',
    help: 'From a request to the begin of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  });
  return {
    observe: ({ method, route, status, durationMs }) => {
      // A method may be any word.
      const known = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method) ? method : 'other';
      seconds.observe({ method: known, route, status: String(status) }, durationMs / 1000);
    },
    gauge: (name, help, read) => {
      new Gauge({
        name: `lumbung_${name}`,
        help,
        registers: [registry],
        async collect() {
          this.set(await read());
        },
      });
    },
    counter: (name, help, labels) => {
      const counter = new Counter({ name: `lumbung_${name}`, help, labelNames: labels, registers: [registry] });
      return (values) => {
        counter.inc(values);
      };
    },
    print: async () => await registry.metrics(),
    mediaType: registry.contentType,
  };
}
