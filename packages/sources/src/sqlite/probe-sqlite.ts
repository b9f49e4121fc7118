import { access, constants, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isLumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Check, Control, ProbeReport } from '../driver.ts';
import type { DescribedDatabase } from './agent/messages.ts';
import { pathOfTarget } from './dump-sqlite.ts';
import { runAgent } from './run-agent.ts';

/** A probe is looked at by a person: it says that the database is locked, instead of waiting as a dump does. */
const LOCK_WAIT_MS = 2000;
/** A fast disk copies so much in a second, for which writers wait. */
const LARGE_BYTES = 200 * 1024 * 1024;

type Answer = Omit<Check, 'id' | 'durationMs'>;

/** @throws LumbungError DB_ADDRESS_INVALID (operator); what is wrong with the file is a check */
export async function probeSqlite(target: Target, control: Control): Promise<ProbeReport> {
  const file = pathOfTarget(target);
  const checks: Check[] = [];
  let described: DescribedDatabase | undefined;
  const startMs = control.clock.monotonicMs();
  const add = (id: string, answer: Answer): void => {
    checks.push({ id, ...answer, durationMs: control.clock.monotonicMs() - startMs });
  };
  try {
    described = await runAgent<'describe'>(
      { act: 'describe', path: file, lockWaitMs: LOCK_WAIT_MS },
      'connect',
      control,
    );
    add('open', { result: 'pass', message: 'it can be read' });
    add('journal', journalAnswer(described));
    add('folder', await folderAnswer(file));
  } catch (error) {
    control.signal.throwIfAborted();
    if (!isLumbungError(error) || error.kind === 'bug') throw error;
    const { code, message, hint } = error;
    add('open', { result: 'fail', code, message, ...(hint === undefined ? {} : { hint }) });
  }
  return {
    engine: 'sqlite',
    product: 'SQLite',
    serverVersion: process.versions['sqlite'] ?? '',
    serverIdentity: await realpath(file).catch(() => file), // Not there: that is what the check says.
    checks,
    databases:
      described === undefined
        ? []
        : [{ name: file, sizeBytes: described.sizeBytes + described.walBytes, tables: described.tables }],
    role: 'standalone',
  };
}

function journalAnswer({ header, sizeBytes }: DescribedDatabase): Answer {
  if (header.journalMode === 'wal')
    return { result: 'pass', message: 'WAL: the application goes on while it is copied' };
  if (sizeBytes < LARGE_BYTES) return { result: 'pass', message: 'rollback journal: writers wait while it is copied' };
  return {
    result: 'warn',
    message: 'rollback journal: writers wait while it is copied, which takes seconds for a database of this size',
    hint: 'let the application set PRAGMA journal_mode = WAL, or back it up when nobody works',
  };
}

/** For a restore beside it. */
async function folderAnswer(file: string): Promise<Answer> {
  try {
    await access(path.dirname(await realpath(file)), constants.W_OK);
    return { result: 'pass', message: 'its folder can be written to' };
  } catch {
    return {
      result: 'warn',
      message: 'its folder cannot be written to: a backup is possible, a restore beside it is not',
      hint: 'restore into another folder, or run as a user who may write there',
    };
  }
}
