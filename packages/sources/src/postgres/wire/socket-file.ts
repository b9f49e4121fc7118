import path from 'node:path';
import { LumbungError } from '@lumbung/stdx';
import type { Address } from '../../connection/target.ts';

const FILE_NAME = /^\.s\.PGSQL\.(\d{1,5})$/;
const PORT_DEFAULT = 5432;

/** The unix socket of a server: `address` names the file, or as libpq does the folder it is in. */
export function socketFileOf(address: Address): {
  readonly path: string;
  readonly folder: string;
  readonly port: number;
} {
  if (address.kind !== 'socket') {
    throw new LumbungError('DB_ADDRESS_INVALID', {
      kind: 'operator',
      message: 'PostgreSQL is reached by a host and port, or by a unix socket',
    });
  }
  const [, port] = FILE_NAME.exec(path.basename(address.path)) ?? [];
  if (port !== undefined) return { path: address.path, folder: path.dirname(address.path), port: Number(port) };
  return { path: path.join(address.path, `.s.PGSQL.${PORT_DEFAULT}`), folder: address.path, port: PORT_DEFAULT };
}
