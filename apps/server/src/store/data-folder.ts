import { chmod, mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeError, LumbungError } from '@lumbung/stdx';
import { type FolderLock, tryLockFolder } from '@lumbung/stdx/node';

const PID_FILE = 'lumbung.pid';

/** Where several machines can reach the same files, and neither locks nor the write-ahead log of SQLite can be relied on.
 *  @see statfs(2), /usr/include/linux/magic.h */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP'],
]);

export interface DataFolderPorts {
  /** What another process is told when it finds the folder taken. */
  readonly pid: number;
  /** The `f_type` of statfs(2). */
  fileSystemType?(folder: string): Promise<number>;
}

/** The folder with the state, for this process alone. */
export interface DataFolder extends AsyncDisposable {
  readonly path: string;
  /** Gives it back. A second call does nothing. */
  release(): Promise<void>;
}

/** Makes the folder where there is none (only its owner may look into it), and takes it. A process that died has left
 *  nothing that stands in the way: the kernel has given its lock back.
 *  @throws LumbungError DATA_FOLDER_IN_USE, DATA_FOLDER_ON_NETWORK, DATA_FOLDER_UNUSABLE (operator) */
export async function takeDataFolder(folder: string, ports: DataFolderPorts): Promise<DataFolder> {
  const pidFile = path.join(folder, PID_FILE);
  let lock: FolderLock | undefined;
  try {
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) await chmod(folder, 0o700);
    await refuseNetwork(folder, ports.fileSystemType ?? fileSystemType);
    lock = tryLockFolder(folder);
    if (lock === undefined) throw inUse(folder, await readPid(pidFile));
    await writeFile(pidFile, `${ports.pid}\n`, { mode: 0o600 });
  } catch (error) {
    lock?.release();
    throw error instanceof LumbungError ? error : unusable(folder, error);
  }
  const held = lock;
  let isHeld = true;
  const release = async (): Promise<void> => {
    if (!isHeld) return;
    isHeld = false;
    // Before the lock: after it, the file may be somebody else's.
    await rm(pidFile, { force: true });
    held.release();
  };
  return { path: folder, release, [Symbol.asyncDispose]: release };
}

async function fileSystemType(folder: string): Promise<number> {
  // The kernel's word has 32 bits that count; some architectures sign it.
  return (await statfs(folder)).type >>> 0;
}

async function refuseNetwork(folder: string, typeOf: (folder: string) => Promise<number>): Promise<void> {
  const fileSystem = NETWORK_FILE_SYSTEMS.get(await typeOf(folder));
  if (fileSystem === undefined) return;
  throw new LumbungError('DATA_FOLDER_ON_NETWORK', {
    kind: 'operator',
    message: `the data folder ${folder} is on ${fileSystem}, where the state is not safe`,
    context: { path: folder, fileSystem },
    hint: 'set LUMBUNG_DATA to a folder on a disk of this machine; repositories may stay where they are',
  });
}

/** Undefined: its owner has not written it yet. */
async function readPid(file: string): Promise<number | undefined> {
  try {
    const pid = Number((await readFile(file, 'utf8')).trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function inUse(folder: string, pid: number | undefined): LumbungError {
  return new LumbungError('DATA_FOLDER_IN_USE', {
    kind: 'operator',
    message: `${pid === undefined ? 'another process' : `process ${pid}`} uses the data folder ${folder}`,
    context: { path: folder, pid },
    hint: 'Lumbung runs already: stop that one first, or set LUMBUNG_DATA to another folder',
  });
}

function unusable(folder: string, cause: unknown): LumbungError {
  return new LumbungError('DATA_FOLDER_UNUSABLE', {
    kind: 'operator',
    message: `the data folder ${folder} cannot be used: ${describeError(cause)}`,
    context: { path: folder },
    hint: 'check that it is a folder that Lumbung may write to, and that its disk has room',
    cause,
  });
}
