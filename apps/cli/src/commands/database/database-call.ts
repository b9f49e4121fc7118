import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  type DatabaseControl,
  type DatabaseDriver,
  type DumpFilter,
  type DumpOptions,
  driverOf,
  parseDatabaseUrl,
  ROW_READERS,
  serverNameOf,
  type Target,
  withPassword,
} from '@lumbung/runner/databases';
import type { CommandContext } from '../../context.ts';
import type { OptionBag } from '../../option-bag.ts';
import type { ProgressLine } from '../../progress-line.ts';

/** No byte, and no progress that the server tells of, for so long: given up. */
const STALL_MS = 5 * 60_000;
/** Whatever it does, for so long: given up. */
const HARD_MS = 6 * 60 * 60_000;
const PARALLEL_DEFAULT = 2;
const PARALLEL_MAX = 16;

export interface DatabaseCall {
  readonly target: Target;
  readonly driver: DatabaseDriver;
}

/** The server or database that a command line names, with its password from wherever it stands. */
export async function databaseCall(context: CommandContext, url: string, options: OptionBag): Promise<DatabaseCall> {
  const { world } = context;
  const target = await withPassword(
    parseDatabaseUrl(url, { workingFolder: world.workingDirectory }),
    { file: options.text('dbPasswordFile'), variable: options.text('dbPasswordVariable') },
    {
      readFile: (file) => readFile(path.resolve(world.workingDirectory, file)),
      variable: world.variable,
    },
  );
  return { target, driver: driverOf(target.engine) };
}

/** How a driver is steered: its progress is drawn, its remarks are told to whoever asks for more. */
export function databaseControl<Event>(
  context: CommandContext,
  signal: AbortSignal,
  line: ProgressLine,
  onEvent: (event: Event) => void,
): DatabaseControl<Event> {
  const { world, texts, output } = context;
  return {
    signal,
    clock: world.ports.clock,
    random: world.ports.random,
    stallMs: STALL_MS,
    hardMs: HARD_MS,
    progress: ({ phase, subject, doneBytes, doneRows, expectedBytes }) => {
      line.show(() => {
        const counts = { bytes: texts.bytes(doneBytes), rows: texts.count(doneRows) };
        return {
          text: `${texts.t(`db.phase.${phase}`)}: ${texts.t('db.counts', counts)}`,
          done: doneBytes,
          total: expectedBytes ?? 0,
          isBytes: true,
          item: subject,
        };
      });
    },
    note: (text) => {
      if (output.verbosity > 0) output.note(text);
    },
    onEvent,
  };
}

/** Where files go that cannot be piped: a disk, since a memory-backed folder may be small. */
export function workFolderOf({ world }: CommandContext, options: OptionBag): string {
  return path.resolve(world.workingDirectory, options.text('workFolder') ?? world.variable('TMPDIR') ?? os.tmpdir());
}

export function parallelOf(options: OptionBag): number {
  return Math.min(PARALLEL_MAX, options.integer('parallel', 1) ?? PARALLEL_DEFAULT);
}

export function dumpOptionsOf(options: OptionBag): DumpOptions {
  const rowsBy = options.choice('rowsBy', ROW_READERS);
  return {
    parallel: parallelOf(options),
    excludeData: options.texts('excludeData'),
    skipViews: options.texts('skipView'),
    untransactional: options.choice('untransactional', ['refuse', 'lock', 'accept']) ?? 'refuse',
    ...(rowsBy === undefined ? {} : { rowsBy }),
  };
}

export function serverOf(target: Target, options: OptionBag): string {
  return options.text('server') ?? serverNameOf(target);
}

/** Which stored dump is meant, as far as the options say. */
export function dumpFilterOf(options: OptionBag): DumpFilter {
  const server = options.text('server');
  const database = options.text('database');
  return { ...(server === undefined ? {} : { server }), ...(database === undefined ? {} : { database }) };
}
