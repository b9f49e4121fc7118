import { spawn } from 'node:child_process';
import { type BackupResult, backup, backupStreams, type ExcludeMarker, type SnapshotOptions } from '@lumbung/engine';
import { describeError, LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { OptionBag } from '../option-bag.ts';
import { BackupReport } from './backup-report.ts';
import { backupTargets } from './backup-targets.ts';
import { parseTime } from './parse-time.ts';
import { patternsOf } from './patterns.ts';
import { groupByOf } from './snapshot-filter.ts';

const WORKERS_MAX = 16;

export const run: CommandRun = async (context, args, options) => {
  const repository = await context.openRepository();
  using report = new BackupReport(context);
  const call = { signal: context.signal, onEvent: report.onEvent, reportItems: report.reportsItems };
  const common = await snapshotOptions(context, options);
  let result: BackupResult;
  if (options.flag('stdinFromCommand')) {
    const source = commandSource(context, args);
    const entry = { path: options.text('stdinFilename') ?? 'stdin', open: source.open };
    result = await backupStreams(repository, { ...common, entries: [entry], verify: source.verify }, call);
  } else if (options.flag('stdin')) {
    const entry = { path: options.text('stdinFilename') ?? 'stdin', open: () => context.world.stdin };
    result = await backupStreams(repository, { ...common, parent: { kind: 'none' }, entries: [entry] }, call);
  } else {
    const exclude = await patternsOf(context, options, 'exclude');
    const largerThanBytes = options.bytes('excludeLargerThan');
    result = await backup(
      repository,
      {
        ...common,
        targets: await backupTargets(context, args, options),
        workingDirectory: context.world.workingDirectory,
        exclude: {
          patterns: exclude.typed,
          caseInsensitivePatterns: exclude.typedCaseInsensitive,
          filePatterns: exclude.fromFiles,
          caseInsensitiveFilePatterns: exclude.fromFilesCaseInsensitive,
          ifPresent: options.texts('excludeIfPresent').map(markerOf),
          caches: options.flag('excludeCaches'),
          oneFileSystem: options.flag('oneFileSystem'),
          ...(largerThanBytes === undefined ? {} : { largerThanBytes }),
        },
        ignoreCtime: options.flag('ignoreCtime'),
        ignoreInode: options.flag('ignoreInode'),
        withAtime: options.flag('withAtime'),
      },
      call,
    );
  }
  report.finish(result);
  return result.errors.length > 0 ? EXIT.incomplete : EXIT.ok;
};

async function snapshotOptions(context: CommandContext, options: OptionBag): Promise<SnapshotOptions> {
  const time = options.text('time');
  const parent = options.text('parent') ?? context.world.variable('RESTIC_PARENT');
  const host = options.text('host');
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

/** The output of a command as a stream, and its end: only a command that ended with code 0 has said everything. */
function commandSource(context: CommandContext, [program, ...args]: readonly string[]) {
  if (program === undefined) {
    throw new LumbungError('COMMAND_MISSING', {
      kind: 'operator',
      message: 'no command was named',
      hint: 'write it behind --',
    });
  }
  const failed = (reason: string, cause?: unknown): LumbungError =>
    new LumbungError('COMMAND_FAILED', {
      kind: 'operator',
      message: `the command ${program} failed: ${reason}; no snapshot was written`,
      context: { program, reason },
      hint: 'run the command by hand to see what it says',
      cause,
    });
  let ended: Promise<void> | undefined;
  return {
    open: () => {
      const child = spawn(program, args, {
        cwd: context.world.workingDirectory,
        stdio: ['ignore', 'pipe', 'inherit'],
        signal: context.signal,
      });
      ended = new Promise<void>((resolve, reject) => {
        child.on('error', (cause) => {
          child.stdout.destroy(failed(describeError(cause), cause));
          reject(failed(describeError(cause), cause));
        });
        child.on('close', (code, signal) => {
          if (code === 0) resolve();
          else reject(failed(signal === null ? `it ended with code ${String(code)}` : `it was ended by ${signal}`));
        });
      });
      // Whoever waits for it hears of the failure; nobody else may crash of it meanwhile.
      ended.catch(() => undefined);
      return child.stdout;
    },
    verify: async (): Promise<void> => {
      await ended;
    },
  };
}
