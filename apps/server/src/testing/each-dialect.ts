import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { haveServer, startPostgres, type TestServer } from '@lumbung/sources/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import type { DatabaseAddress } from '../config/settings.ts';
import { DIALECTS, type Dialect } from '../store/dialect.ts';
import { Store } from '../store/store.ts';

/** Where a test finds empty databases of one dialect. Everything is gone when the suite ends. */
export interface StoreLab {
  readonly dialect: Dialect;
  /** Private. */
  readonly folder: string;
  /** A database that holds nothing. */
  newDatabase(): Promise<DatabaseAddress>;
  /** A store on an empty database; closed when the suite ends. */
  open(): Promise<Store>;
  /** Only of PostgreSQL. */
  readonly server: TestServer;
}

/** In memory where there is such a folder: each commit waits for its disk. Whoever wants a disk makes a folder itself. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const hasPostgres = haveServer('postgres');

/** Runs `suite` on SQLite and on a real PostgreSQL. */
export function describeEachDialect(title: string, suite: (lab: StoreLab) => void): void {
  for (const dialect of DIALECTS) {
    describe.skipIf(dialect === 'postgres' && !hasPostgres)(`${title} (${dialect})`, () => {
      suite(makeStoreLab(dialect));
    });
  }
}

/** Hooks of the suite that calls it open and close it. */
export function makeStoreLab(dialect: Dialect): StoreLab {
  let folder = '';
  let server: TestServer | undefined;
  const stores: Store[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(BASE, 'lumbung-store-'));
    if (dialect === 'postgres') server = await startPostgres();
  });
  afterAll(async () => {
    await Promise.all(stores.map(async (store) => await store.close()));
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const lab: StoreLab = {
    dialect,
    get folder() {
      return folder;
    },
    get server() {
      if (server === undefined) throw new Error('there is no server in this suite');
      return server;
    },
    newDatabase: async () => {
      const name = `t${randomBytes(6).toString('hex')}`;
      if (dialect === 'sqlite') return { kind: 'sqlite', file: path.join(folder, name, 'state.sqlite') };
      await lab.server.client(`create database ${name}`);
      return {
        kind: 'postgres',
        host: lab.server.socketFolder,
        port: lab.server.port,
        database: name,
        user: 'postgres',
        password: undefined,
        tls: { mode: 'off' },
      };
    },
    open: async () => {
      const store = await Store.open(await lab.newDatabase());
      stores.push(store);
      return store;
    },
  };
  return lab;
}
