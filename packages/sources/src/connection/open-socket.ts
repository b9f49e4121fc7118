import { readFile } from 'node:fs/promises';
import net from 'node:net';
import tls from 'node:tls';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import type { TlsOn } from './target.ts';

const KEEP_ALIVE_DELAY_MS = 30_000;

/** Where a server listens. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/** Connects. @throws LumbungError DB_UNREACHABLE (transient); the reason of `signal` */
export async function connectSocket(endpoint: Endpoint, signal: AbortSignal): Promise<net.Socket> {
  signal.throwIfAborted();
  const socket = net.connect({
    ...endpoint,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
    noDelay: true,
  });
  try {
    await arrival(socket, 'connect', signal);
  } catch (cause) {
    socket.destroy();
    signal.throwIfAborted();
    const place = 'path' in endpoint ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
    throw new LumbungError('DB_UNREACHABLE', {
      kind: 'transient',
      message: `the database server cannot be reached at ${place}`,
      context: { place, detail: errnoOf(cause) },
      hint: 'check that the server runs, its address, and the firewall between',
      cause,
    });
  }
  return socket;
}

/** Encrypts a connection on which the server expects it. @throws LumbungError DB_TLS_UNTRUSTED (operator); the reason of
 *  `signal`; what reading the files of `options` fails with */
export async function encryptSocket(
  socket: net.Socket,
  host: string,
  options: TlsOn,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const name = options.serverName ?? host;
  const [ca, cert, key] = await Promise.all([options.caFile, options.certFile, options.keyFile].map(readIfNamed));
  const secure = tls.connect({
    socket,
    host: name,
    ...(net.isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    rejectUnauthorized: options.mode !== 'require',
    checkServerIdentity:
      options.mode === 'verify' ? (_host, peer) => tls.checkServerIdentity(name, peer) : () => undefined,
  });
  try {
    await arrival(secure, 'secureConnect', signal);
  } catch (cause) {
    secure.destroy();
    socket.destroy();
    signal.throwIfAborted();
    throw new LumbungError('DB_TLS_UNTRUSTED', {
      kind: 'operator',
      message: 'the encrypted connection to the database server could not be trusted',
      context: { detail: errnoOf(cause) },
      hint: 'check the certificate of the server, and the file of the authority that signed it',
      cause,
    });
  }
  return secure;
}

async function readIfNamed(file: string | undefined): Promise<Buffer | undefined> {
  return file === undefined ? undefined : await readFile(file);
}

async function arrival(socket: net.Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  const onClose = () => reject(new Error('the server hung up'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once(event, resolve).once('error', reject).once('close', onClose);
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.off('error', reject).off('close', onClose);
    // From here to the first listener of the connection an error must not end the process.
    socket.on('error', () => undefined);
  }
}
