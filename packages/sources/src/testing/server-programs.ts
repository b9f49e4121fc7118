// Which programs a test's server is made of: those of this machine's distribution, or of another version that
// scripts/peer-servers.ts has fetched.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { errnoOf } from '@lumbung/stdx';
import { z } from 'zod';
import { findPostgresFolder, findProgram, isExecutable } from './find-program.ts';

export interface ServerPrograms {
  /** `postgresql-18`, `mysql-9`; `postgresql` is the distribution's. */
  readonly name: string;
  readonly engine: ServerEngine;
  readonly server: string;
  /** The folder of the client programs. Undefined: where everybody looks. */
  readonly tools?: string;
  /** As it was fetched; the distribution's says it when it is asked. */
  readonly version?: string;
}

export type ServerEngine = 'postgresql' | 'mysql' | 'mariadb' | 'redis';

const description = z.object({
  engine: z.enum(['postgresql', 'mysql', 'mariadb', 'redis']),
  version: z.string().regex(/^\d+(\.\d+)+$/),
  server: z.string().startsWith('/'),
  tools: z.string().startsWith('/'),
});

/** Names of peers, by commas, that stand in for the distribution's servers: `LUMBUNG_PEER_USE=postgresql-18,mariadb-11`
 *  runs any test of a real server on another version. */
const USED = (process.env['LUMBUNG_PEER_USE'] ?? '').split(',');

/** What is started unless a test asks for another; undefined when there is none. */
export function usualPrograms(engine: ServerEngine): ServerPrograms | undefined {
  const used = peerServers().find((peer) => peer.engine === engine && USED.includes(peer.name));
  return used ?? distributionPrograms(engine);
}

function distributionPrograms(engine: ServerEngine): ServerPrograms | undefined {
  switch (engine) {
    case 'postgresql': {
      const folder = findPostgresFolder();
      return folder === undefined
        ? undefined
        : { name: engine, engine, server: path.join(folder, 'postgres'), tools: folder };
    }
    case 'mariadb':
      return ofPath(engine, findProgram('mariadbd'), findProgram('mariadb'), findProgram('mariadb-install-db'));
    case 'mysql':
      // In no distribution that this is tested on.
      return peerServers().find((peer) => peer.engine === engine);
    case 'redis':
      return ofPath(engine, findProgram('redis-server', 'valkey-server'), findProgram('redis-cli', 'valkey-cli'));
  }
}

function ofPath(engine: ServerEngine, server: string | undefined, ...others: readonly (string | undefined)[]) {
  return server === undefined || others.includes(undefined) ? undefined : { name: engine, engine, server };
}

/** Every server of another version that was fetched. */
export function peerServers(): readonly ServerPrograms[] {
  const folder = process.env['LUMBUNG_PEER_SERVERS'] ?? path.resolve(import.meta.dirname, '../../../../.peers/servers');
  return listDescriptions(folder).map((file) => ({
    name: path.basename(file, '.json'),
    ...description.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8'))),
  }));
}

function listDescriptions(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The file of a client program of such a server. @throws Error when there is none */
export function clientProgram({ name, tools }: ServerPrograms, ...names: readonly string[]): string {
  const file =
    tools === undefined ? findProgram(...names) : names.map((each) => path.join(tools, each)).find(isExecutable);
  if (file === undefined) throw new Error(`no ${names.join(' or ')} for ${name} here`);
  return file;
}
