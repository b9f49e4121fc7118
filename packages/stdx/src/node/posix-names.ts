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

/** uid_t and gid_t have 32 bits. */
const ID_MAX = 0xffff_ffff;

function readTable(file: string): NameTable {
  const byId = new Map<number, string>();
  const byName = new Map<string, number>();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // A container without the file, or with one we may not read, knows no names; that is an answer.
    if (errnoOf(error) === undefined) throw error;
  }
  for (const line of text.split('\n')) {
    const [name = '', , idText = ''] = line.split(':');
    // `+` and `-` refer to a network directory. What is no account is passed over, as the C library does.
    if (!/^[^+\-#\s]/.test(name) || !/^\d{1,10}$/.test(idText)) continue;
    const id = Number(idText);
    if (id > ID_MAX) continue;
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
