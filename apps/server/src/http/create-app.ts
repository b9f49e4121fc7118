import { ACCESS_MATRIX, type Caller, type Language } from '@lumbung/contracts';
import { assert, type Clock, describeError, isLumbungError, LumbungError, type Random } from '@lumbung/stdx';
import { type Context, Hono } from 'hono';
import type { Authenticator } from './authenticator.ts';
import { clientAddress, isLoopback, type TrustedProxies } from './client-address.ts';
import type { IdempotencyStore } from './idempotency.ts';
import { parseAcceptLanguage } from './language.ts';
import type { HttpMetrics } from './metrics.ts';
import { type Problem, problemOf } from './problem.ts';
import { RateLimits } from './rate-limits.ts';
import { checkHost, checkOrigin, type KnownHosts } from './request-checks.ts';
import { dependsOnWhat, type Route } from './route.ts';
import { type RoutePorts, runRoute } from './run-route.ts';
import { securityHeaders } from './security-headers.ts';
import type { StaticFiles } from './static-files.ts';

export const API_PREFIX = '/api/v1';

export interface AppPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly hosts: KnownHosts;
  readonly trustedProxies: TrustedProxies;
  readonly authenticator: Authenticator;
  readonly idempotency: IdempotencyStore;
  /** One for each request, after its answer began. */
  readonly log: (entry: RequestLogEntry) => void;
  /** What is spoken to who names no language of ours. */
  readonly language: Language;
  readonly routes: readonly Route[];
  readonly metrics?: HttpMetrics;
  /** Undefined: the web application is not built. */
  readonly staticFiles?: StaticFiles;
  readonly answerMsMax?: number;
}

export interface RequestLogEntry {
  readonly requestId: string;
  readonly method: string;
  /** The endpoint, not the address: what stands in an address may be anything, also a secret by mistake. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly clientAddress: string;
  readonly accountId: string | undefined;
  /** Of a refusal or a failure. */
  readonly code: string | undefined;
  /** Of what was not on purpose: for whoever repairs it, never sent. */
  readonly fault: string | undefined;
}

/** Connection of a request, as node-server hands it over; a test may hand over its own. */
export interface RequestConnection {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string | undefined } };
}

export interface App {
  fetch(request: Request, connection?: RequestConnection): Promise<Response>;
  /** Every endpoint that answers, as it is registered. */
  readonly endpoints: readonly { readonly method: string; readonly path: string }[];
  readonly routes: readonly Route[];
}

const ANSWER_MS_MAX = 30_000;

interface Variables {
  requestId: string;
  clientAddress: string;
  isThisMachine: boolean;
  language: Language;
  caller: Caller | undefined;
  answerHeaders: Headers;
}
type AppContext = Context<{ Bindings: RequestConnection; Variables: Variables }>;

/** The whole HTTP side as one function of a request. Routes come from the modules: http knows none of them. */
export function createApp(ports: AppPorts): App {
  const routes = checkRoutes(ports.routes);
  const hono = new Hono<{ Bindings: RequestConnection; Variables: Variables }>({ strict: true });
  const isHttps = ports.hosts.baseUrl?.protocol === 'https:';
  const ofEveryAnswer = securityHeaders(isHttps);
  const routePorts: RoutePorts = {
    clock: ports.clock,
    authenticator: ports.authenticator,
    idempotency: ports.idempotency,
    limits: new RateLimits(ports.clock),
    answerMsMax: ports.answerMsMax ?? ANSWER_MS_MAX,
  };

  const begin = (context: AppContext): void => {
    const peer = context.env?.incoming?.socket?.remoteAddress;
    const forwardedFor = context.req.header('x-forwarded-for') ?? null;
    const address = clientAddress(peer, forwardedFor, ports.trustedProxies);
    const isForwarded = ['x-forwarded-for', 'forwarded', 'via'].some((name) => context.req.header(name) !== undefined);
    context.set('requestId', `req_${ports.random.bytes(12).toString('hex')}`);
    context.set('clientAddress', address);
    context.set('isThisMachine', isLoopback(peer ?? '') && !isForwarded);
    context.set('language', parseAcceptLanguage(context.req.header('accept-language') ?? null) ?? ports.language);
    context.set(
      'answerHeaders',
      new Headers([...ofEveryAnswer.map(([name, value]): [string, string] => [name, value])]),
    );
    context.get('answerHeaders').set('X-Request-Id', context.get('requestId'));
    context.get('answerHeaders').set('Cache-Control', 'no-store');
  };

  const answer = async (
    context: AppContext,
    route: Route | undefined,
    act: () => Promise<Response>,
    name: string,
  ): Promise<Response> => {
    const beganMs = ports.clock.monotonicMs();
    begin(context);
    let thrown: unknown;
    let response: Response;
    try {
      response = await act();
    } catch (error) {
      thrown = error;
      response = problemResponse(context, error, route?.errors);
    }
    const durationMs = ports.clock.monotonicMs() - beganMs;
    ports.metrics?.observe({ method: context.req.method, route: name, status: response.status, durationMs });
    ports.log({
      requestId: context.get('requestId'),
      method: context.req.method,
      route: name,
      status: response.status,
      durationMs: Math.round(durationMs),
      clientAddress: context.get('clientAddress'),
      accountId: context.get('caller')?.accountId,
      code: isLumbungError(thrown) ? thrown.code : thrown === undefined ? undefined : 'UNEXPECTED',
      fault: faultOf(thrown),
    });
    return response;
  };

  for (const route of routes) {
    const name = pathOf(route);
    hono.on(route.method.toUpperCase(), honoPath(name), async (context) =>
      answer(
        context,
        route,
        async () => {
          const { headers } = context.req.raw;
          const peer = context.env?.incoming?.socket?.remoteAddress;
          if (ACCESS_MATRIX[route.action].who !== 'anyone' || route.place === 'api') {
            checkHost(headers.get('host'), peer, ports.hosts);
          }
          checkOrigin(context.req.method, headers, ports.hosts);
          return await runRoute(
            route,
            {
              request: context.req.raw,
              params: context.req.param(),
              query: readQuery(context),
              requestId: context.get('requestId'),
              clientAddress: context.get('clientAddress'),
              isThisMachine: context.get('isThisMachine'),
              answerHeaders: context.get('answerHeaders'),
              language: context.get('language'),
              onCaller: (caller, language) => {
                context.set('caller', caller);
                context.set('language', language);
              },
            },
            routePorts,
          );
        },
        name,
      ),
    );
  }
  const endpoints = hono.routes.map(({ method, path }) => ({ method, path }));
  const undeclared = undeclaredEndpoints({ endpoints, routes });
  assert(undeclared.length === 0, `endpoints without a row of the matrix: ${undeclared.join(', ')}`);
  const paths = groupMethods(routes);

  hono.notFound(async (context) =>
    answer(
      context,
      undefined,
      async () => {
        const peer = context.env?.incoming?.socket?.remoteAddress;
        checkHost(context.req.raw.headers.get('host'), peer, ports.hosts);
        routePorts.limits.take('ordinary', `address ${context.get('clientAddress')}`);
        const allowed = paths.find(({ pattern }) => pattern.test(context.req.path));
        if (allowed !== undefined) {
          context.get('answerHeaders').set('Allow', allowed.methods.join(', '));
          throw methodUnknown(allowed.methods);
        }
        const file = context.req.path.startsWith('/api/')
          ? undefined
          : ports.staticFiles?.answer(context.req.path, context.req.raw);
        if (file === undefined) throw endpointUnknown();
        const headers = context.get('answerHeaders');
        file.headers.forEach((value, header) => {
          headers.set(header, value);
        });
        return new Response(file.body, { status: file.status, headers });
      },
      'static',
    ),
  );

  return {
    fetch: async (request, connection = {}) => await hono.fetch(request, connection),
    endpoints,
    routes,
  };
}

/** `/api/v1/accounts/{accountId}`. */
export function pathOf(route: Pick<Route, 'place' | 'path'>): string {
  return route.place === 'root' ? route.path : `${API_PREFIX}${route.path}`;
}

/** What stands in the map of endpoints must be true before the first request. */
function checkRoutes(routes: readonly Route[]): readonly Route[] {
  const seen = new Set<string>();
  for (const route of routes) {
    const name = `${route.method} ${pathOf(route)}`;
    assert(
      Object.hasOwn(ACCESS_MATRIX, route.action),
      `${name} asks for ${route.action}, which is no row of the matrix`,
    );
    assert(!seen.has(name), `${name} is defined twice`);
    assert(
      route.authorises === 'handler' || !dependsOnWhat(route.action),
      `${name}: who may ${route.action} depends on what it is about, so that its handler authorises`,
    );
    assert(route.method === 'get' || route.answer.kind !== 'events', `${name} answers events, which are read with GET`);
    seen.add(name);
  }
  return routes;
}

/** Every endpoint that answers must be a route with its action: nobody registers one beside them.
 *  @returns those that are not */
export function undeclaredEndpoints(app: Pick<App, 'endpoints' | 'routes'>): string[] {
  const declared = new Set(app.routes.map((route) => `${route.method.toUpperCase()} ${honoPath(pathOf(route))}`));
  return app.endpoints.map(({ method, path }) => `${method} ${path}`).filter((name) => !declared.has(name));
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function groupMethods(routes: readonly Route[]): { readonly pattern: RegExp; readonly methods: string[] }[] {
  const methodsOf = Map.groupBy(routes, pathOf);
  return [...methodsOf].map(([path, group]) => ({
    pattern: new RegExp(
      `^${path
        .split(/\{\w+\}/)
        .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
        .join('[^/]+')}$`,
    ),
    methods: group.map(({ method }) => method.toUpperCase()),
  }));
}

/** A name that comes twice is a list; most schemas then refuse it. */
function readQuery(context: AppContext): Record<string, string | string[]> {
  const query: [string, string | string[]][] = Object.entries(context.req.queries()).map(([name, values]) => [
    name,
    values.length === 1 ? (values[0] ?? '') : values,
  ]);
  return Object.fromEntries(query);
}

function problemResponse(context: AppContext, error: unknown, own: Route['errors'] | undefined): Response {
  const request = { language: context.get('language'), requestId: context.get('requestId') };
  const problem: Problem = problemOf(error, request, own);
  const headers = context.get('answerHeaders');
  headers.set('Content-Type', 'application/problem+json');
  headers.set('Content-Language', request.language);
  headers.set('Vary', 'Accept-Language');
  const waitSeconds = isLumbungError(error) ? error.context['waitSeconds'] : undefined;
  if (typeof waitSeconds === 'number') headers.set('Retry-After', String(waitSeconds));
  if (problem.status === 401) headers.set('WWW-Authenticate', 'Bearer realm="lumbung"');
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** What an unexpected error says, on one line; of ours only bugs: the others are answers. */
function faultOf(thrown: unknown): string | undefined {
  if (thrown === undefined || (isLumbungError(thrown) && thrown.kind !== 'bug')) return undefined;
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : describeError(thrown);
  return text.slice(0, 2000);
}

function endpointUnknown(): LumbungError {
  return new LumbungError('ENDPOINT_UNKNOWN', {
    kind: 'operator',
    message: 'there is nothing at this address',
    hint: 'see the API page at /api',
  });
}

function methodUnknown(methods: readonly string[]): LumbungError {
  return new LumbungError('METHOD_UNKNOWN', {
    kind: 'operator',
    message: `this address answers to ${methods.join(', ')}`,
    context: { methods: methods.join(', ') },
    hint: 'see the API page at /api',
  });
}
