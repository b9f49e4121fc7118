import { readFile } from 'node:fs/promises';
import net from 'node:net';
import tls from 'node:tls';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import type { Address, Target, TlsOn } from '../../connection/target.ts';

const KEEP_ALIVE_DELAY_MS = 30_000;

/**
 * Connects, and encrypts from the first byte where that is asked for: Redis has a port of its own for it.
 *
 * @throws LumbungError DB_UNREACHABLE (transient), DB_TLS_UNTRUSTED, DB_ADDRESS_INVALID (operator); the reason of `signal`
 */
export async function openSocket({ address, tls: tlsOptions }: Target, signal: AbortSignal): Promise<net.Socket> {
  const place = placeOf(address);
  const where = address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: place };
  const socket = net.connect({ ...where, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS, noDelay: true });
  try {
    await arrival(socket, 'connect', signal);
  } catch (cause) {
    socket.destroy();
    signal.throwIfAborted();
    throw new LumbungError('DB_UNREACHABLE', {
      kind: 'transient',
      message: `the database server cannot be reached at ${place}`,
      context: { place, detail: errnoOf(cause) },
      hint: 'check that the server runs, its address, and the firewall between',
      cause,
    });
  }
  if (tlsOptions.mode === 'off' || address.kind !== 'tcp') return socket;
  return await encrypt(socket, address.host, tlsOptions, signal);
}

async function encrypt(socket: net.Socket, host: string, options: TlsOn, signal: AbortSignal): Promise<tls.TLSSocket> {
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
    return secure;
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
}

function placeOf(address: Address): string {
  switch (address.kind) {
    case 'tcp':
      return `${address.host}:${address.port}`;
    case 'socket':
      return address.path;
    case 'file':
      throw new LumbungError('DB_ADDRESS_INVALID', {
        kind: 'operator',
        message: 'a Redis server is reached over TCP or a socket, not by a file',
        context: { detail: address.path },
      });
  }
}

async function readIfNamed(file: string | undefined): Promise<Buffer | undefined> {
  return file === undefined ? undefined : await readFile(file);
}

async function arrival(socket: net.Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  const onClose = () => reject(new Error('closed'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once(event, resolve).once('error', reject).once('close', onClose);
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.off('error', reject).off('close', onClose);
    // Whoever reads hears of it as well; without a listener it would end the process.
    socket.on('error', () => undefined);
  }
}
