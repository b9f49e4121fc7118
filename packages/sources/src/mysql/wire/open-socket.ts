import { readFile } from 'node:fs/promises';
import net from 'node:net';
import tls from 'node:tls';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import type { Address, TlsOn } from '../../connection/target.ts';

const KEEP_ALIVE_DELAY_MS = 30_000;

/** @throws LumbungError DB_UNREACHABLE (transient), DB_ADDRESS_INVALID (operator); the reason of `signal` */
export async function openSocket(address: Address, signal: AbortSignal): Promise<net.Socket> {
  signal.throwIfAborted();
  if (address.kind === 'file') {
    throw new LumbungError('DB_ADDRESS_INVALID', {
      kind: 'operator',
      message: 'a MySQL server has no address that is a file',
      hint: 'give a host and port, or a unix socket',
    });
  }
  const where = address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: address.path };
  const socket = net.connect({ ...where, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS, noDelay: true });
  try {
    await once(socket, 'connect', signal);
  } catch (cause) {
    socket.destroy();
    signal.throwIfAborted();
    const place = address.kind === 'tcp' ? `${address.host}:${address.port}` : address.path;
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

/** Encrypts a connection on which the server has agreed to it. @throws LumbungError DB_TLS_UNTRUSTED (operator) */
export async function encryptSocket(
  socket: net.Socket,
  host: string,
  options: TlsOn,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const name = options.serverName ?? host;
  const [ca, cert, key] = await Promise.all(
    [options.caFile, options.certFile, options.keyFile].map(async (file) =>
      file === undefined ? undefined : await readFile(file),
    ),
  );
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
    await once(secure, 'secureConnect', signal);
  } catch (cause) {
    secure.destroy();
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

async function once(socket: net.Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  const onClose = () => reject(new Error('the server hung up'));
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once(event, resolve).once('error', reject).once('close', onClose);
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.off('error', reject).off('close', onClose);
    // Until the next listener an error must not end the process.
    socket.on('error', () => {});
  }
}
