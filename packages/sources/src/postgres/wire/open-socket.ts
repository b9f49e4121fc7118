import { readFile } from 'node:fs/promises';
import net from 'node:net';
import tls from 'node:tls';
import { errnoOf, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Address, TlsOn, TlsOptions } from '../../connection/target.ts';
import { sslRequest } from './frontend-messages.ts';
import { protocolError } from './protocol-error.ts';
import { socketFileOf } from './socket-file.ts';

const KEEP_ALIVE_DELAY_MS = 30_000;
const YES = 0x53; // 'S'
const NO = 0x4e; // 'N'

/** A connected stream of bytes to a server. `certificate` is the server's, in DER, where it is encrypted. */
export interface OpenSocket {
  readonly socket: net.Socket;
  readonly certificate: Buffer | undefined;
  /** Nobody on the way can read it: encrypted, or it does not leave the machine. */
  readonly isPrivate: boolean;
}

/**
 * Connects, and encrypts as asked.
 *
 * @throws LumbungError DB_UNREACHABLE (transient); DB_TLS_UNAVAILABLE, DB_TLS_UNTRUSTED, DB_ADDRESS_INVALID,
 *   DB_PROTOCOL_ERROR (operator); the reason of `signal`
 */
export async function openSocket(address: Address, tlsOptions: TlsOptions, signal: AbortSignal): Promise<OpenSocket> {
  const socket = await connect(address, signal);
  if (tlsOptions.mode === 'off' || address.kind !== 'tcp') {
    return { socket, certificate: undefined, isPrivate: address.kind === 'socket' };
  }
  try {
    const answer = await askForTls(socket, signal);
    if (answer === NO) {
      throw new LumbungError('DB_TLS_UNAVAILABLE', {
        kind: 'operator',
        message: 'the database server offers no encryption',
        hint: 'set ssl = on in postgresql.conf of the server, or allow the connection without TLS',
      });
    }
    if (answer !== YES) throw protocolError('no answer to the request for encryption');
    const secure = await encrypt(socket, address, tlsOptions, signal);
    return { socket: secure, certificate: secure.getPeerX509Certificate()?.raw, isPrivate: true };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function connect(address: Address, signal: AbortSignal): Promise<net.Socket> {
  signal.throwIfAborted();
  const where =
    address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: socketFileOf(address).path };
  const socket = net.connect({ ...where, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS, noDelay: true });
  try {
    await once(socket, 'connect', signal);
  } catch (cause) {
    socket.destroy();
    signal.throwIfAborted();
    const place = address.kind === 'tcp' ? `${address.host}:${address.port}` : socketFileOf(address).path;
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

/** One byte, and not one more: what comes before encryption is not trusted after it. */
async function askForTls(socket: net.Socket, signal: AbortSignal): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('data', resolve);
  socket.once('error', reject);
  socket.once('end', () => reject(protocolError('it hung up')));
  try {
    socket.write(sslRequest());
    const answer = await promise;
    socket.pause();
    if (answer.length !== 1) throw protocolError('bytes before encryption');
    return answer[0];
  } catch (error) {
    throw error === signal.reason || isLumbungError(error) ? error : lost(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('end');
  }
}

async function encrypt(
  socket: net.Socket,
  address: Extract<Address, { kind: 'tcp' }>,
  options: TlsOn,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const name = options.serverName ?? address.host;
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

async function readIfNamed(file: string | undefined): Promise<Buffer | undefined> {
  return file === undefined ? undefined : await readFile(file);
}

async function once(socket: net.Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  const onEnd = () => reject(protocolError('it hung up'));
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once(event, resolve).once('error', reject).once('close', onEnd);
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.off('error', reject).off('close', onEnd);
    // From here to the first listener of the connection an error must not end the process.
    socket.on('error', () => {});
  }
}

function lost(cause: unknown): LumbungError {
  return new LumbungError('DB_CONNECTION_LOST', {
    kind: 'transient',
    message: 'the connection to the database server was lost',
    context: { detail: errnoOf(cause) },
    hint: 'what was read so far is not kept; try again',
    cause,
  });
}
