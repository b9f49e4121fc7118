import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { LumbungError } from '@lumbung/stdx';

/** Who owns nothing else on the machine, the better one first. */
const CANDIDATES = ['mysql', 'nobody'];

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** As whom the server runs, which refuses root. Undefined: as ourselves. @throws LumbungError DB_SCRATCH_FAILED (operator) */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of CANDIDATES) {
    const [, , uid, gid] = lines.find(([each]) => each === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new LumbungError('DB_SCRATCH_FAILED', {
    kind: 'operator',
    message: 'a server for the drill cannot be started: it refuses root, and there is no other user to run it',
    context: { detail: 'no user mysql, no user nobody' },
    hint: 'make a user mysql, or do not run the drill as root',
  });
}
