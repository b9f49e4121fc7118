import { readFileSync } from 'node:fs';
import process from 'node:process';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Who runs a server: nobody else than ourselves when we are not root; as root the first of `names` that exists, because
 *  PostgreSQL and MariaDB refuse to run as root. */
export function serverUser(names: readonly string[]): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map(parsePasswdLine);
  for (const name of [...names, 'nobody']) {
    const user = users.find((candidate) => candidate?.name === name);
    if (user !== undefined) return user;
  }
  throw new Error(`none of the users ${names.join(', ')}, nobody exists: a server cannot run as root`);
}

function parsePasswdLine(line: string): SystemUser | undefined {
  const [name, , uid, gid] = line.split(':');
  if (name === undefined || uid === undefined || gid === undefined) return undefined;
  return { name, uid: Number(uid), gid: Number(gid) };
}
