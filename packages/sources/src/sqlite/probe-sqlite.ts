import { access, constants, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isLumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Control, ProbeReport } from '../driver.ts';
import { CheckList, failed, pass, type Verdict, warn } from '../remarks/check.ts';
import type { DescribedDatabase } from './agent/messages.ts';
import { pathOfTarget } from './dump-sqlite.ts';
import { runAgent } from './run-agent.ts';

/** A probe is looked at by a person: it says that the database is locked, instead of waiting as a dump does. */
const LOCK_WAIT_MS = 2000;
/** A fast disk copies so much in a second, for which writers wait. */
const LARGE_BYTES = 200 * 1024 * 1024;

/** @throws LumbungError DB_ADDRESS_INVALID (operator); what is wrong with the file is a check */
export async function probeSqlite(target: Target, control: Control): Promise<ProbeReport> {
  const file = pathOfTarget(target);
  const list = new CheckList(control.clock);
  let described: DescribedDatabase | undefined;
  const open = async (): Promise<Verdict> => {
    try {
      const request = { act: 'describe', path: file, lockWaitMs: LOCK_WAIT_MS } as const;
      described = await runAgent<'describe'>(request, 'connect', control);
      return pass('file-readable');
    } catch (error) {
      control.signal.throwIfAborted();
      if (!isLumbungError(error) || error.kind === 'bug') throw error;
      return failed(error);
    }
  };
  await list.ask('open', open);
  const database = described;
  if (database !== undefined) {
    await list.ask('journal', () => journalAnswer(database));
    await list.ask('folder', () => folderAnswer(file));
  }
  return {
    engine: 'sqlite',
    product: 'SQLite',
    serverVersion: process.versions['sqlite'] ?? '',
    serverIdentity: await realpath(file).catch(() => file), // Not there: that is what the check says.
    checks: list.checks,
    databases:
      database === undefined
        ? []
        : [{ name: file, sizeBytes: database.sizeBytes + database.walBytes, tables: database.tables }],
    role: 'standalone',
  };
}

function journalAnswer({ header, sizeBytes }: DescribedDatabase): Verdict {
  if (header.journalMode === 'wal') return pass('journal-wal');
  return sizeBytes < LARGE_BYTES ? pass('journal-rollback') : warn('journal-rollback-large');
}

/** For a restore beside it. */
async function folderAnswer(file: string): Promise<Verdict> {
  try {
    await access(path.dirname(await realpath(file)), constants.W_OK);
    return pass('folder-writable');
  } catch {
    return warn('folder-unwritable');
  }
}
