import {
  chmod,
  chown,
  link,
  lstat,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Control, SwapPlan, SwapReport } from '../driver.ts';
import { type Remark, remark } from '../remarks/remark.ts';
import { chownCommand, placeOf, syncFolder } from './restore-sqlite.ts';
import { runAgent } from './run-agent.ts';

/** An application that is still at work is to be stopped, not to be waited for. */
const LOCK_WAIT_MS = 1000;
const SIDECARS = ['-wal', '-journal', '-shm'] as const;

/**
 * Puts the restored file in the place of the live one, which is kept under another name. The application must be stopped:
 * a connection that is open would go on with the old file.
 *
 * The journals of the live one are moved into it first, so that one file is exchanged for another by a single rename, and
 * at no moment there is none. Only when the live one is too damaged for that, its journals are moved along with it.
 *
 * @throws LumbungError SQLITE_IN_USE (transient); SQLITE_TARGET_EXISTS, SQLITE_MISSING, SQLITE_SWAP_IMPOSSIBLE (operator)
 */
export async function swapSqlite(target: Target, plan: SwapPlan, control: Control): Promise<SwapReport> {
  const { live, restored, keptAs, isLiveThere } = await checkedPlaces(target, plan);
  const remarks: Remark[] = [];
  // It was opened to be verified, by nobody since.
  await settle(restored, control);
  const settled = isLiveThere ? await settleLive(live, control) : true;
  if (!settled) remarks.push(remark('journals-moved'));

  const startMs = control.clock.monotonicMs();
  if (isLiveThere) {
    await takeOver(live, restored, remarks);
    for (const end of SIDECARS) await moveIfThere(`${live}${end}`, `${keptAs}${end}`);
    await keep(live, keptAs);
  }
  await rename(restored, live);
  for (const folder of new Set([live, restored, keptAs].map((file) => path.dirname(file)))) await syncFolder(folder);
  return { live, keptAs: isLiveThere ? keptAs : '', downtimeMs: control.clock.monotonicMs() - startMs, remarks };
}

/** @throws LumbungError SQLITE_IN_USE (transient); SQLITE_TARGET_EXISTS, SQLITE_MISSING, SQLITE_SWAP_IMPOSSIBLE (operator) */
export async function checkSwapSqlite(target: Target, plan: SwapPlan): Promise<void> {
  await checkedPlaces(target, plan);
}

interface SwapPlaces {
  readonly live: string;
  readonly restored: string;
  readonly keptAs: string;
  readonly isLiveThere: boolean;
}

async function checkedPlaces(target: Target, plan: SwapPlan): Promise<SwapPlaces> {
  const live = await realpathIfThere(await placeOf(target, plan.live));
  const restored = await placeOf(target, plan.restored);
  const keptAs = await placeOf(target, plan.keepAs);
  await mustBeThere(restored);
  for (const end of ['', ...SIDECARS]) await mustBeFree(`${keptAs}${end}`);
  const isLiveThere = await isThere(live);
  if (isLiveThere) {
    await sameDisk(live, restored);
    await sameDisk(live, path.dirname(keptAs));
    await nobodyHas(live);
  }
  return { live, restored, keptAs, isLiveThere };
}

async function settle(file: string, control: Control): Promise<void> {
  const { openElsewhere } = await runAgent<'settle'>(
    { act: 'settle', path: file, lockWaitMs: LOCK_WAIT_MS },
    'check',
    control,
  );
  if (openElsewhere) throw inUse(file, 'another program');
}

/** False: it is too damaged to be opened. */
async function settleLive(live: string, control: Control): Promise<boolean> {
  try {
    await settle(live, control);
    return true;
  } catch (error) {
    if (isLumbungError(error, 'SQLITE_LOCKED')) throw inUse(live, 'another program');
    const isDamage =
      isLumbungError(error, 'SQLITE_DAMAGED') ||
      isLumbungError(error, 'SQLITE_NOT_A_DATABASE') ||
      isLumbungError(error, 'SQLITE_EMPTY');
    if (!isDamage) throw error;
    return false;
  }
}

/** As far as can be seen: root sees every process, others their own. Locks alone do not tell of a connection that rests. */
async function nobodyHas(file: string): Promise<void> {
  const { dev, ino } = await stat(file);
  for (const pid of await namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await namesIn(`/proc/${pid}/fd`)) {
      const name = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''); // Closed meanwhile.
      if (path.basename(name) !== path.basename(file)) continue;
      const held = await stat(`/proc/${pid}/fd/${fd}`).catch(() => undefined);
      if (held?.ino !== ino || held.dev !== dev) continue;
      const program = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      throw inUse(file, `${program.trim()} (process ${pid})`);
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  // No such process any more, not ours to see, or no such folder on this system.
  return await readdir(folder).catch(() => []);
}

/** The owner and the permissions of the live file. */
async function takeOver(live: string, restored: string, remarks: Remark[]): Promise<void> {
  const { uid, gid, mode } = await stat(live);
  await chmod(restored, mode & 0o777);
  const now = await stat(restored);
  if (now.uid === uid && now.gid === gid) return;
  try {
    await chown(restored, uid, gid);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
    const paste = chownCommand(`${uid}:${gid}`, live);
    remarks.push(remark('owner-to-be-given', { owner: `${now.uid}:${now.gid}`, paste }));
  }
}

/** A second name for the live file, so that the first is never without one. */
async function keep(live: string, keptAs: string): Promise<void> {
  try {
    await link(live, keptAs);
  } catch (error) {
    // A file system without second names.
    if (errnoOf(error) !== 'EPERM' && errnoOf(error) !== 'ENOTSUP') throw error;
    await rename(live, keptAs);
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  // What is shared memory of nobody is made again.
  if (from.endsWith('-shm')) await rm(from, { force: true });
  else if (await isThere(from)) await rename(from, to);
}

async function realpathIfThere(file: string): Promise<string> {
  return await realpath(file).catch(() => file);
}

async function isThere(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined)) !== undefined;
}

async function mustBeThere(file: string): Promise<void> {
  try {
    await (await open(file, 'r')).close();
  } catch (cause) {
    throw new LumbungError('SQLITE_MISSING', {
      kind: 'operator',
      message: `${file} does not exist`,
      context: { path: file },
      hint: 'restore the database first',
      cause,
    });
  }
}

async function mustBeFree(file: string): Promise<void> {
  if (!(await isThere(file))) return;
  throw new LumbungError('SQLITE_TARGET_EXISTS', {
    kind: 'operator',
    message: `${file} is there already`,
    context: { path: file },
    hint: 'choose another name',
  });
}

async function sameDisk(a: string, b: string): Promise<void> {
  if ((await stat(a)).dev === (await stat(b)).dev) return;
  throw new LumbungError('SQLITE_SWAP_IMPOSSIBLE', {
    kind: 'operator',
    message: `${b} lies on another file system than ${a}`,
    context: { path: b },
    hint: 'restore the database beside the live one',
  });
}

function inUse(file: string, program: string): LumbungError {
  return new LumbungError('SQLITE_IN_USE', {
    kind: 'transient',
    message: `${file} is in use by ${program}`,
    context: { path: file, program },
    hint: 'stop the application, then try again',
  });
}
