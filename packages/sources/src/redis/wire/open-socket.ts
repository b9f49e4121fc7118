import type net from 'node:net';
import { LumbungError } from '@lumbung/stdx';
import { connectSocket, type Endpoint, encryptSocket } from '../../connection/open-socket.ts';
import type { Address, Target } from '../../connection/target.ts';

/**
 * Connects, and encrypts from the first byte where that is asked for: Redis has a port of its own for it.
 *
 * @throws LumbungError DB_UNREACHABLE (transient), DB_TLS_UNTRUSTED, DB_ADDRESS_INVALID (operator); the reason of `signal`
 */
export async function openSocket({ address, tls }: Target, signal: AbortSignal): Promise<net.Socket> {
  const socket = await connectSocket(endpointOf(address), signal);
  if (tls.mode === 'off' || address.kind !== 'tcp') return socket;
  return await encryptSocket(socket, address.host, tls, signal);
}

function endpointOf(address: Address): Endpoint {
  switch (address.kind) {
    case 'tcp':
      return { host: address.host, port: address.port };
    case 'socket':
      return { path: address.path };
    case 'file':
      throw new LumbungError('DB_ADDRESS_INVALID', {
        kind: 'operator',
        message: 'a Redis server is reached over TCP or a socket, not by a file',
        context: { detail: address.path },
      });
  }
}
