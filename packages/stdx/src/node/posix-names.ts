import { readFileSync } from 'node:fs';
import { errnoOf } from '../errors.ts';

/** Who a number is, as this machine says. */
export interface PosixNames {
  /** Empty when unknown. */
  userName(uid: number): string;
  /** Empty when unknown. */
  groupName(gid: number): string;
  uidOf(name: string): number | undefined;
  gidOf(name: string): number | undefined;
}

interface NameTable {
  readonly byId: ReadonlyMap<number, string>;
  readonly byName: ReadonlyMap<string, number>;
}

function readTable(file: string): NameTable {
  const byId = new Map<number, string>();
  const byName = new Map<string, number>();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // A container without the file knows no names; that is an answer.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  for (const line of text.split('\n')) {
    const [name = '', , idText = ''] = line.split(':');
    if (name === '' || !/^\d+$/.test(idText)) continue;
    const id = Number(idText);
    // The first line wins, as it does for the C library.
    if (!byId.has(id)) byId.set(id, name);
    if (!byName.has(name)) byName.set(name, id);
  }
  return { byId, byName };
}

/** Reads /etc/passwd and /etc/group, once. Directory services are not asked: neither does stock restic's build. */
export function readPosixNames(files: { readonly passwd?: string; readonly group?: string } = {}): PosixNames {
  const users = readTable(files.passwd ?? '/etc/passwd');
  const groups = readTable(files.group ?? '/etc/group');
  return {
    userName: (uid) => users.byId.get(uid) ?? '',
    groupName: (gid) => groups.byId.get(gid) ?? '',
    uidOf: (name) => users.byName.get(name),
    gidOf: (name) => groups.byName.get(name),
  };
}
