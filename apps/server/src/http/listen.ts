import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { type Clock, errnoOf, LumbungError } from '@lumbung/stdx';
import type { ListenAddress } from '../config/settings.ts';
import type { App } from './create-app.ts';

export interface ListenOptions {
  /** An address such as `127.0.0.1`, `::`, `0.0.0.0` with a port (0: any that is free), or the path of a unix socket. */
  readonly at: ListenAddress;
  readonly clock: Clock;
}

export interface Listening {
  /** 0 of a unix socket. */
  readonly port: number;
  /** Takes no more connections, lets answers that are under way end until `waitMs`, then cuts them off. */
  close(waitMs: number): Promise<void>;
}

/** Heads come at once or not at all; a body may cross a slow line. */
const HEADERS_MS_MAX = 15_000;
const REQUEST_MS_MAX = 120_000;
/** Longer than a proxy keeps its side open: it should never write into a connection that was just closed here. */
const KEEP_ALIVE_MS = 75_000;
const CONNECTIONS_MAX = 2_000;
const HEADER_BYTES_MAX = 16 * 1024;

/** @throws LumbungError LISTEN_FAILED (operator) */
export async function listen(app: App, { at, clock }: ListenOptions): Promise<Listening> {
  const server = createAdaptorServer({
    // The connection of a request is what node-server calls its bindings.
    fetch: async (request, bindings) => await app.fetch(request, { incoming: bindings.incoming }),
    serverOptions: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 5_000,
      // Two readings of one request would be one too many: what is not strictly HTTP is refused.
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
  }) as Server; // without options for HTTP/2 it makes the one of node:http
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new LumbungError('LISTEN_FAILED', {
          kind: 'operator',
          message: `cannot listen on ${placeOf(at)}: ${errnoOf(cause) ?? cause.message}`,
          context: { place: placeOf(at), errno: errnoOf(cause) ?? 'unknown' },
          hint: 'choose another port, or stop the program that has it',
          cause,
        }),
      );
    });
    if (at.kind === 'socket') server.listen(at.path, resolve);
    else server.listen(at.port, at.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    close: async (waitMs) => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeIdleConnections();
      const cancel = new AbortController();
      const cut = clock.sleep(waitMs, cancel.signal).then(
        () => {
          server.closeAllConnections();
        },
        () => undefined,
      );
      await closed;
      cancel.abort();
      await cut;
    },
  };
}

/** `127.0.0.1:8787`, or a path. */
function placeOf(at: ListenAddress): string {
  return at.kind === 'socket' ? at.path : `${at.host}:${at.port}`;
}
