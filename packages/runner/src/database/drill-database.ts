import type { Repository } from '@lumbung/engine';
import {
  type DatabaseDriver,
  type DatabaseEngine,
  type Finding,
  failedOf,
  failure,
  type Manifest,
  printManifest,
  type RestoreReport,
  readManifest,
  remark,
  type Said,
  type ScratchInstance,
  type TreeSource,
  type Workspace,
} from '@lumbung/sources';
import { type ErrorRecord, isLumbungError, toErrorRecord } from '@lumbung/stdx';
import { type Assertion, type AssertionResult, askAssertions, notAskable } from './assertion.ts';
import type { DatabaseControl } from './database-control.ts';
import { isOfServer } from './dump-place.ts';
import type { StoredDump } from './find-dump.ts';
import { openDumpTree } from './stored-tree.ts';
import { withWorkspace } from './workspace.ts';

/** What a drill took, step by step. A person who restores in earnest waits for all up to `restore`. */
export interface DrillPhase {
  readonly phase: 'open' | 'scratch' | 'plan' | 'restore' | 'verify' | 'ask' | 'clean';
  readonly durationMs: number;
}

interface DrillEvidence {
  readonly snapshotId: string;
  readonly folder: string;
  readonly manifestSha256: string;
  readonly serverVersion: string;
  readonly phases: readonly DrillPhase[];
}

/** `notTestable` is neither: this machine lacks what the dump needs, and says what. */
export type DrillResult =
  | (DrillEvidence & {
      readonly kind: 'passed';
      readonly report: RestoreReport;
      readonly assertions: readonly AssertionResult[];
      /** From the begin to a database that answers. */
      readonly recoveryMs: number;
    })
  | (DrillEvidence & {
      readonly kind: 'failed';
      readonly findings: readonly Finding[];
      readonly assertions: readonly AssertionResult[];
      readonly error?: ErrorRecord;
    })
  | (DrillEvidence & { readonly kind: 'notTestable'; readonly reasons: readonly Said[] });

export interface DrillOptions {
  readonly workFolder: string;
  readonly parallel: number;
  /** What must hold in the restored database, beside being what was backed up. */
  readonly assertions?: readonly Assertion[];
}

/** Codes that say something of this machine and nothing of the dump. */
const NOT_TESTABLE_CODES: ReadonlySet<string> = new Set([
  'DB_TOOL_MISSING',
  'DB_SERVER_MISSING',
  'DB_SCRATCH_FAILED',
  'DB_SERVER_TOO_OLD',
  'DB_WORKSPACE_FULL',
]);

/** What the restored database is called on its own server. Redis has no names. */
const DRILL_DATABASES: Readonly<Record<DatabaseEngine, string>> = {
  postgresql: 'lumbung_drill',
  mysql: 'lumbung_drill',
  mariadb: 'lumbung_drill',
  sqlite: 'lumbung_drill',
  redis: 'instance',
};

/**
 * Restores a dump into a server of its own on this machine, in a private folder, on a private socket, and compares every
 * value with the manifest. The server and its data are gone when it returns, whatever the result.
 *
 * A damaged dump is a result, not an error. @throws LumbungError DB_ASSERTION_UNSUPPORTED (operator); the signal's reason; what the folder or the repository fail with
 */
export async function drillDatabase(
  repository: Repository,
  driver: DatabaseDriver,
  dump: StoredDump,
  options: DrillOptions,
  control: DatabaseControl<never>,
): Promise<DrillResult> {
  if ((options.assertions ?? []).length > 0 && driver.ask === undefined) throw notAskable(driver);
  const watch = new StopWatch(control);
  const tree = await openDumpTree(repository, dump.snapshot, dump.folder, control.signal);
  const manifest = await readManifest(tree, control.signal);
  watch.end('open');
  const evidence = (): DrillEvidence => ({
    snapshotId: dump.snapshot.id,
    folder: dump.folder,
    manifestSha256: printManifest(manifest).sha256,
    serverVersion: manifest.serverVersion,
    phases: watch.phases,
  });
  if (isOfServer(dump.folder)) {
    return { ...evidence(), kind: 'notTestable', reasons: [remark('server-dump-by-hand')] };
  }
  try {
    const outcome = await withWorkspace(options.workFolder, (workspace) =>
      restoreInto(driver, { tree, manifest, workspace, watch, options }, control),
    );
    watch.end('clean');
    return { ...evidence(), ...outcome };
  } catch (error) {
    control.signal.throwIfAborted();
    watch.end('clean');
    if (isLumbungError(error) && NOT_TESTABLE_CODES.has(error.code)) {
      return { ...evidence(), kind: 'notTestable', reasons: [failure(error)] };
    }
    return { ...evidence(), kind: 'failed', findings: [], assertions: [], error: toErrorRecord(error) };
  }
}

type DrillOutcome =
  | {
      readonly kind: 'passed';
      readonly report: RestoreReport;
      readonly assertions: readonly AssertionResult[];
      readonly recoveryMs: number;
    }
  | {
      readonly kind: 'failed';
      readonly findings: readonly Finding[];
      readonly assertions: readonly AssertionResult[];
    }
  | { readonly kind: 'notTestable'; readonly reasons: readonly Said[] };

async function restoreInto(
  driver: DatabaseDriver,
  parts: {
    readonly tree: TreeSource;
    readonly manifest: Manifest;
    readonly workspace: Workspace;
    readonly watch: StopWatch;
    readonly options: DrillOptions;
  },
  control: DatabaseControl<never>,
): Promise<DrillOutcome> {
  const { tree, manifest, workspace, watch, options } = parts;
  const { parallel, assertions: wanted = [] } = options;
  await using scratch: ScratchInstance = await driver.startScratch(manifest.serverVersion, workspace, control);
  watch.end('scratch');
  const plan = await driver.planRestore(
    scratch.target,
    tree,
    {
      database: DRILL_DATABASES[manifest.engine],
      ownership: { kind: 'keep' },
      // A new server has none; nobody can log in with these.
      createRoles: true,
      verify: 'values',
      parallel,
    },
    control,
  );
  watch.end('plan');
  const failed = failedOf(plan.checks);
  if (failed.length > 0) return { kind: 'notTestable', reasons: failed.map(({ remark: said }) => said) };
  const report = await driver.restore(plan, tree, workspace, control);
  watch.endRestore(report);
  const recoveryMs = watch.totalMs - report.verifyMs;
  const assertions = await askAssertions(driver, scratch, report.database, wanted, control);
  if (wanted.length > 0) watch.end('ask');
  const isDifferent = report.findings.some(({ severity }) => severity === 'error');
  if (isDifferent || assertions.some(({ holds }) => !holds)) {
    return { kind: 'failed', findings: report.findings, assertions };
  }
  return { kind: 'passed', report, assertions, recoveryMs };
}

class StopWatch {
  readonly phases: DrillPhase[] = [];
  readonly #control: Pick<DatabaseControl<never>, 'clock'>;
  #sinceMs: number;

  constructor(control: Pick<DatabaseControl<never>, 'clock'>) {
    this.#control = control;
    this.#sinceMs = control.clock.monotonicMs();
  }

  get totalMs(): number {
    return this.phases.reduce((sum, { durationMs }) => sum + durationMs, 0);
  }

  end(phase: DrillPhase['phase']): void {
    const nowMs = this.#control.clock.monotonicMs();
    this.phases.push({ phase, durationMs: nowMs - this.#sinceMs });
    this.#sinceMs = nowMs;
  }

  /** The driver says how much of it was comparing. */
  endRestore({ verifyMs }: RestoreReport): void {
    const nowMs = this.#control.clock.monotonicMs();
    this.phases.push({ phase: 'restore', durationMs: nowMs - this.#sinceMs - verifyMs });
    this.phases.push({ phase: 'verify', durationMs: verifyMs });
    this.#sinceMs = nowMs;
  }
}
