// The contract of every engine. A driver knows one kind of database and nothing of repositories: what it dumps is pulled
// from it file by file, and what it restores is read from a tree.

import type { Readable } from 'node:stream';
import type { Clock, Random } from '@lumbung/stdx';
import type { Target } from './connection/target.ts';
import type { SourceEntry } from './entry/source-entry.ts';
import type { TreeSource } from './entry/tree-source.ts';
import type { DatabaseEngine } from './manifest/database-engine.ts';
import type { Manifest } from './manifest/manifest.ts';
import type { Check } from './remarks/check.ts';
import type { Remark } from './remarks/remark.ts';
import type { Finding } from './verify/finding.ts';

export const DUMP_PHASES = ['connect', 'inventory', 'schema', 'data', 'check', 'restore', 'verify'] as const;
export type DumpPhase = (typeof DUMP_PHASES)[number];

/** Where an act stands. Counts grow from call to call, and are of the whole act. */
export interface DumpProgress {
  readonly phase: DumpPhase;
  /** What is worked on: a table, or another object. */
  readonly subject?: string;
  readonly doneBytes: number;
  readonly doneRows: number;
  /** As the server guesses. */
  readonly expectedBytes?: number;
}

/** How an act is steered and heard. */
export interface Control {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  progress(event: DumpProgress): void;
  /** One line for whoever watches, in English. Never a secret. */
  note(line: string): void;
  /** Without a byte for so long, while the server shows no progress either, the act is given up. */
  readonly stallMs: number;
  /** The act is given up after so long, whatever it does. */
  readonly hardMs: number;
}

/** A private folder (0700) for what cannot be piped. Whoever made it removes it. */
export interface Workspace {
  readonly folder: string;
  readonly limitBytes: number;
}

export interface ProbeReport {
  readonly engine: DatabaseEngine;
  /** As people call it: `PostgreSQL`, `Percona Server`, `Valkey`. */
  readonly product: string;
  readonly serverVersion: string;
  readonly toolVersion?: string;
  /** Stays the same while the server is the same one. */
  readonly serverIdentity: string;
  readonly checks: readonly Check[];
  readonly databases: readonly DatabaseSummary[];
  readonly role: 'primary' | 'replica' | 'standalone';
  readonly lagSeconds?: number;
}

export interface DatabaseSummary {
  readonly name: string;
  readonly sizeBytes: number;
  readonly tables: number;
}

export interface DumpOptions {
  /** Sessions, and files open at once. */
  readonly parallel: number;
  /** Tables whose definition is dumped, but not their rows: `schema.table`, or `table`. Each must exist. */
  readonly excludeData: readonly string[];
  /** Broken views, by name, that a person has agreed to leave out; each is a warning in the manifest. */
  readonly skipViews?: readonly string[];
  /** How tables are treated that no snapshot covers (MyISAM): refused, locked against writers, or dumped as they are. */
  readonly untransactional: 'refuse' | 'lock' | 'accept';
  /**
   * `sessions`: sessions of our own read the rows, in the order of the key. `tool`: the engine's dump tool does, for
   * whoever trusts it more. Undefined: as the engine does best. Engines without such a tool have one way only.
   */
  readonly rowsBy?: RowReader;
}

export const ROW_READERS = ['sessions', 'tool'] as const;
export type RowReader = (typeof ROW_READERS)[number];

/**
 * A dump under way. It starts when the entries are pulled, and is given up when the iteration is left early or the
 * signal aborts.
 *
 * The last entry is `manifest.json`. It comes only when every process ended well, every end marker was seen, every table
 * has its rows and digest from the stream itself, and what was written equals the catalogue of the same snapshot.
 * Anything less and the iteration throws, so that nothing is published.
 *
 * The consumer opens each entry once, up to `parallel` at the same time. A driver may hold back the next entry until an
 * earlier one was read to its end, but never needs a later one to be pulled before an earlier one can end.
 */
export interface DatabaseDump {
  readonly entries: AsyncIterable<SourceEntry>;
  /** Resolves when everything before the manifest was consumed; rejects as the entries do. */
  readonly manifest: Promise<Manifest>;
}

/**
 * Whose everything is after a restore. `keep`: owners and grants as they were. `one`: everything belongs to `role`, without
 * grants. `restorer`: the same, to whoever restores. `map`: roles have other names, and what is not named stays.
 */
export type Ownership =
  | { readonly kind: 'keep' }
  | { readonly kind: 'one'; readonly role: string }
  | { readonly kind: 'restorer' }
  | { readonly kind: 'map'; readonly roles: Readonly<Record<string, string>> };

export interface RestoreOptions {
  /** The new name. It must not exist. */
  readonly database: string;
  /** Only these: `schema.table`, or `table`. Undefined: everything. */
  readonly tables?: readonly string[];
  readonly ownership: Ownership;
  /** Roles that the dump names and the server lacks are made, without login, as a person has agreed. */
  readonly createRoles?: boolean;
  /** `rows`: as the server counted them. `values`: and every table is dumped again and compared. */
  readonly verify: 'rows' | 'values';
  readonly parallel: number;
}

/** What a restore will do, to be read before it is done. Nothing was created yet. */
export interface RestorePlan {
  readonly engine: DatabaseEngine;
  readonly target: Target;
  readonly options: RestoreOptions;
  readonly manifest: Manifest;
  /** One that failed: the restore refuses to begin. */
  readonly checks: readonly Check[];
  readonly tables: readonly PlannedTable[];
  /** What the server will need on its disk, roughly. */
  readonly neededBytes: number;
  /** What is in the dump and will not be restored. */
  readonly leftOut: readonly Remark[];
}

export interface PlannedTable {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface RestoreReport {
  readonly engine: DatabaseEngine;
  readonly database: string;
  readonly tables: readonly RestoredTable[];
  /** Empty: the restored database is what was dumped. */
  readonly findings: readonly Finding[];
  readonly restoreMs: number;
  readonly verifyMs: number;
}

export interface RestoredTable {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  /** How its content was compared with the manifest: by the digest, or whatever the order by the sum of rows. */
  readonly compared: 'rows' | 'rowsum' | 'sha256';
}

/** Exchanges the restored database with the live one. The caller has made a backup of the live one before. */
export interface SwapPlan {
  readonly live: string;
  readonly restored: string;
  /** What the live one is called afterwards. It must not exist. */
  readonly keepAs: string;
}

export interface SwapReport {
  readonly live: string;
  readonly keptAs: string;
  /** How long nobody could connect. */
  readonly downtimeMs: number;
  /** What did not move along and has to be done by hand. */
  readonly remarks: readonly Remark[];
}

/** One ordinary file that the engine's own client loads without this program. */
export interface RenderedFile {
  readonly name: string;
  /** Once; see `SourceEntry.open`. */
  open(): Readable | Promise<Readable>;
}

/** Rows, each of its columns as text; null is NULL. */
export type Answer = readonly (readonly (string | null)[])[];

/** A server of our own on this machine, on a private socket, for a drill. Stopping it removes its data. */
export interface ScratchInstance extends AsyncDisposable {
  readonly target: Target;
  stop(): Promise<void>;
}

export interface DatabaseDriver {
  readonly engine: DatabaseEngine;
  probe(target: Target, control: Control): Promise<ProbeReport>;
  /** Everything that must be backed up on that server today. */
  databases(target: Target, control: Control): Promise<readonly string[]>;
  dump(target: Target, database: string, options: DumpOptions, workspace: Workspace, control: Control): DatabaseDump;
  /** Roles, users, settings: what belongs to no database. */
  dumpServer(target: Target, options: DumpOptions, workspace: Workspace, control: Control): DatabaseDump;
  /** Without a server. Every finding names the table it is about. */
  verify(tree: TreeSource, control: Control): AsyncIterable<Finding>;
  /** Names what is missing before anything is created. */
  planRestore(target: Target, tree: TreeSource, options: RestoreOptions, control: Control): Promise<RestorePlan>;
  /** Aside, under the new name; verified against the manifest before it returns. */
  restore(plan: RestorePlan, tree: TreeSource, workspace: Workspace, control: Control): Promise<RestoreReport>;
  /** Throws what `swap` would refuse, before anybody has made a backup for it. Changes nothing. */
  checkSwap(target: Target, plan: SwapPlan, control: Control): Promise<void>;
  swap(target: Target, plan: SwapPlan, control: Control): Promise<SwapReport>;
  /**
   * What a restored database answers to one question in its own language, as text; for the assertions of a drill. Not more
   * than 1000 rows. Absent: the engine has no such language.
   */
  ask?(target: Target, database: string, question: string, control: Control): Promise<Answer>;
  render(tree: TreeSource, control: Control): Promise<RenderedFile>;
  /** The newest server on this machine that can load what `serverVersion` dumped. */
  startScratch(serverVersion: string, workspace: Workspace, control: Control): Promise<ScratchInstance>;
}
