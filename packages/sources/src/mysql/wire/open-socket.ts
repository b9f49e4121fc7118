import type net from 'node:net';
import { LumbungError } from '@lumbung/stdx';
import { connectSocket } from '../../connection/open-socket.ts';
import type { Address } from '../../connection/target.ts';

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
  return await connectSocket(
    address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: address.path },
    signal,
  );
}
