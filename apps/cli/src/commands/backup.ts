import {
  type BackupCallOptions,
  type BackupResult,
  backup,
  backupStreams,
  type ExcludeMarker,
  type ExcludeOptions,
  type Repository,
  type SnapshotOptions,
  type SourceOptions,
  SourcesAhead,
} from '@lumbung/engine';
import { assert, LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { OptionBag } from '../option-bag.ts';
import { withRepository } from '../with-repository.ts';
import { BackupReport, type Comparison } from './backup-report.ts';
import { backupTargets } from './backup-targets.ts';
import { commandSource } from './command-source.ts';
import { parseTime } from './parse-time.ts';
import { patternsOf } from './patterns.ts';
import { groupByOf } from './snapshot-filter.ts';

const WORKERS_MAX = 16;

interface Request {
  readonly context: CommandContext;
  readonly repository: Repository;
  readonly words: readonly string[];
  readonly options: OptionBag;
  readonly snapshot: SnapshotOptions;
  /** Of a backup of paths. */
  readonly sources: SourceOptions | undefined;
  readonly call: BackupCallOptions;
}

export const run: CommandRun = async (context, words, options) => {
  options.refuseTogether('stdin', 'stdinFromCommand');
  const snapshot = snapshotOptions(context, options);
  // The engine takes its own lock, and does not wait for one. Who is to wait takes a lock before: shared ones suffer each other.
  const waits = options.text('retryLock') !== undefined && !options.flag('dryRun');
  const act = options.flag('stdinFromCommand') ? backupCommand : options.flag('stdin') ? backupStdin : backupPaths;
  const sources = act === backupPaths ? await sourcesOf(context, words, options) : undefined;
  await using ahead = sources === undefined ? undefined : new SourcesAhead(sources, context.world.ports.clock);
  return await withRepository(context, waits ? 'append' : 'none', async ({ repository, signal }) => {
    using report = new BackupReport(context, comparisonOf(options));
    const call = {
      signal,
      onEvent: report.onEvent,
      reportItems: report.reportsItems,
      ...(ahead === undefined ? {} : { ahead }),
    };
    const result = await act({ context, repository, words, options, snapshot, sources, call });
    report.finish(result);
    return result.errors.length > 0 ? EXIT.incomplete : EXIT.ok;
  });
};

async function sourcesOf(
  context: CommandContext,
  words: readonly string[],
  options: OptionBag,
): Promise<SourceOptions> {
  return {
    targets: await backupTargets(context, words, options),
    workingDirectory: context.world.workingDirectory,
    exclude: await excludeOptions(context, options),
    withAtime: options.flag('withAtime'),
  };
}

function comparisonOf(options: OptionBag): Comparison {
  if (options.flag('stdin') || options.flag('stdinFromCommand')) return 'stream';
  return options.flag('force') ? 'with-nothing' : 'with-parent';
}

async function backupPaths({ repository, options, snapshot, sources, call }: Request): Promise<BackupResult> {
  assert(sources !== undefined, 'a backup of paths knows them');
  return await backup(
    repository,
    {
      ...snapshot,
      ...sources,
      ignoreCtime: options.flag('ignoreCtime'),
      ignoreInode: options.flag('ignoreInode'),
    },
    call,
  );
}

async function backupCommand({ context, repository, words, options, snapshot, call }: Request): Promise<BackupResult> {
  const { workingDirectory } = context.world;
  const { open, verify } = commandSource(words, { workingDirectory, signal: context.signal });
  return await backupStreams(
    repository,
    { ...streamOptions(snapshot, options), entries: [{ path: streamPath(options), open }], verify },
    call,
  );
}

async function backupStdin({ context, repository, words, options, snapshot, call }: Request): Promise<BackupResult> {
  if (words.length > 0) {
    throw new LumbungError('STDIN_WITH_PATHS', {
      kind: 'operator',
      message: 'either standard input is backed up or paths are, not both',
      hint: 'leave out --stdin, or the paths',
    });
  }
  const entry = { path: streamPath(options), open: () => context.world.stdin };
  return await backupStreams(repository, { ...streamOptions(snapshot, options), entries: [entry] }, call);
}

/** What is read from a stream is compared with nothing: an earlier snapshot is only recorded where somebody names one. */
function streamOptions(snapshot: SnapshotOptions, options: OptionBag): SnapshotOptions {
  return options.text('parent') === undefined ? { ...snapshot, parent: { kind: 'none' } } : snapshot;
}

function streamPath(options: OptionBag): string {
  return options.text('stdinFilename') ?? 'stdin';
}

async function excludeOptions(context: CommandContext, options: OptionBag): Promise<ExcludeOptions> {
  const { typed, typedCaseInsensitive, fromFiles, fromFilesCaseInsensitive } = await patternsOf(
    context,
    options,
    'exclude',
  );
  const largerThanBytes = options.bytes('excludeLargerThan');
  return {
    patterns: typed,
    caseInsensitivePatterns: typedCaseInsensitive,
    filePatterns: fromFiles,
    caseInsensitiveFilePatterns: fromFilesCaseInsensitive,
    ifPresent: options.texts('excludeIfPresent').map(markerOf),
    caches: options.flag('excludeCaches'),
    oneFileSystem: options.flag('oneFileSystem'),
    ...(largerThanBytes === undefined ? {} : { largerThanBytes }),
  };
}

function snapshotOptions(context: CommandContext, options: OptionBag): SnapshotOptions {
  const time = options.text('time');
  const parent = options.text('parent');
  const host = options.text('host') ?? context.hostOfEnvironment;
  const groupBy = groupByOf(options);
  const workers = options.integer('readConcurrency', 1);
  return {
    tags: [...new Set(options.list('tag'))],
    ...(host === undefined ? {} : { hostname: host }),
    ...(time === undefined ? {} : { timeMs: parseTime(time, options, 'time') }),
    programVersion: context.programVersion,
    parent: options.flag('force')
      ? { kind: 'none' }
      : parent === undefined
        ? { kind: 'newest' }
        : { kind: 'id', id: parent },
    ...(groupBy === undefined ? {} : { groupBy }),
    skipIfUnchanged: options.flag('skipIfUnchanged'),
    dryRun: options.flag('dryRun'),
    ...(workers === undefined ? {} : { workerCount: Math.min(WORKERS_MAX, Math.max(workers, 1)) }),
  };
}

function markerOf(text: string): ExcludeMarker {
  const colon = text.indexOf(':');
  return colon < 0 ? { fileName: text } : { fileName: text.slice(0, colon), header: text.slice(colon + 1) };
}
