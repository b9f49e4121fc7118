import type net from 'node:net';
import { errnoOf, isLumbungError, LumbungError } from '@lumbung/stdx';
import { connectSocket, encryptSocket } from '../../connection/open-socket.ts';
import type { Address, TlsOptions } from '../../connection/target.ts';
import { sslRequest } from './frontend-messages.ts';
import { protocolError } from './protocol-error.ts';
import { socketFileOf } from './socket-file.ts';

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
  const endpoint =
    address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: socketFileOf(address).path };
  const socket = await connectSocket(endpoint, signal);
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
    const secure = await encryptSocket(socket, address.host, tlsOptions, signal);
    return { socket: secure, certificate: secure.getPeerX509Certificate()?.raw, isPrivate: true };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** One byte, and not one more: what comes before encryption is not trusted after it. */
async function askForTls(socket: net.Socket, signal: AbortSignal): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const onAbort = () => reject(signal.reason);
  const onEnd = () => reject(protocolError('it hung up'));
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('data', resolve).once('error', reject).once('end', onEnd);
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
    socket.off('data', resolve).off('error', reject).off('end', onEnd);
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
