import type { SnapshotRecord } from '@lumbung/engine';
import { DATABASE_ENGINES, type DatabaseEngine, encodeComponent, type Target } from '@lumbung/sources';

/** Every snapshot of a dump carries it, so that one finds them among those of files. */
export const DUMP_TAG = 'db';
/** Where the roles, users and settings of a server lie, beside its databases. No database is called so: it would be encoded. */
const SERVER_FOLDER = '@server';

/** What a dump is of: a database, or (without its name) what belongs to the whole server. */
export interface DumpPlace {
  readonly engine: DatabaseEngine;
  /** A name that stays the same from day to day: by it the dumps of one server belong together. */
  readonly server: string;
  readonly database?: string;
}

/** The root of a dump in its snapshot, from which the snapshot is found again. No slash at its begin or end. */
export function folderOf({ engine, server, database }: DumpPlace): string {
  const name = database === undefined ? SERVER_FOLDER : encodeComponent(database);
  return `${engine}/${encodeComponent(server)}/${name}`;
}

/** The root of the dump that a snapshot holds; undefined: it is no dump. */
export function folderOfSnapshot({ tags, paths }: Pick<SnapshotRecord, 'tags' | 'paths'>): string | undefined {
  const [path, ...others] = paths;
  if (!tags.includes(DUMP_TAG) || path === undefined || others.length > 0) return undefined;
  const components = path.split('/');
  const [begin, engine = '', server = '', name = '', ...rest] = components;
  const isDump =
    begin === '' && DATABASE_ENGINES.some((one) => one === engine) && server !== '' && name !== '' && rest.length === 0;
  return isDump ? path.slice(1) : undefined;
}

export function isOfServer(folder: string): boolean {
  return folder.endsWith(`/${SERVER_FOLDER}`);
}

/** The name of a server by its address, when nobody gave it another. */
export function serverNameOf({ engine, address }: Target): string {
  switch (address.kind) {
    case 'tcp':
      return `${address.host}:${address.port}`;
    case 'socket':
      return 'local';
    case 'file':
      return engine;
  }
}
