import process from 'node:process';
import { errnoOf } from '../errors.ts';

/** Whether a process of this number lives on this machine. One that belongs to somebody else lives too. */
export function isProcessAlive(pid: number): boolean {
  // 0 and negative numbers would address whole groups, ours among them.
  if (!Number.isInteger(pid) || pid <= 0 || pid > 0x7fff_ffff) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
