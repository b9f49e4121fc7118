import { type ByteString, byteStringOfText, errnoOf } from '@lumbung/stdx';
import { getXattr, listXattrs, type PosixNames } from '@lumbung/stdx/node';
import { goJsonString, goJsonStringOfBytes } from '../format/go-json.ts';
import { goModeOf } from '../format/go-mode.ts';
import { quoteName } from '../format/name-quoting.ts';
import { formatTimestamp, type Zone } from '../format/timestamp.ts';
import type { KnownNodeType as NodeType } from '../format/tree.ts';
import type { InodeStats } from './inode-table.ts';

// Nodes are built as the text of their JSON, not as objects: the text is what is hashed, what is compared with the
// parent's, and what crosses from the workers. All of it is a byte string (UTF-8 seen as latin1), so that joining and
// writing a folder's nodes never re-encodes.

const S_IFMT = 0o170000n;
const TYPE_OF_FORMAT: ReadonlyMap<bigint, NodeType> = new Map<bigint, NodeType>([
  [0o100000n, 'file'],
  [0o040000n, 'dir'],
  [0o120000n, 'symlink'],
  [0o060000n, 'dev'],
  [0o020000n, 'chardev'],
  [0o010000n, 'fifo'],
  [0o140000n, 'socket'],
]);

/** What kind of entry an inode is; undefined for a kind the format does not know. */
export function nodeTypeOf(stats: InodeStats): NodeType | undefined {
  return TYPE_OF_FORMAT.get(stats.mode & S_IFMT);
}

export function isFile(stats: InodeStats): boolean {
  return (stats.mode & S_IFMT) === 0o100000n;
}

export function isFolder(stats: InodeStats): boolean {
  return (stats.mode & S_IFMT) === 0o040000n;
}

const NANOSECONDS = 1_000_000_000n;

/** Text is ASCII nearly always: then it is its own byte string. */
function asBytes(text: string): ByteString {
  return byteStringOfText(text);
}

/** A node's name as the JSON string it is stored as, quotes included. */
export function nameJsonOf(name: ByteString): ByteString {
  return asBytes(goJsonString(quoteName(name)));
}

/** Writes the leading fields of nodes, those that an inode alone decides. */
export class NodeHeadWriter {
  readonly #zone: Zone;
  readonly #names: PosixNames;
  readonly #withAtime: boolean;
  readonly #owners = new Map<number, string>();
  readonly #groups = new Map<number, string>();
  #deviceId = -1n;
  #deviceText = '';

  constructor(options: { readonly zone: Zone; readonly names: PosixNames; readonly withAtime: boolean }) {
    this.#zone = options.zone;
    this.#names = options.names;
    this.#withAtime = options.withAtime;
  }

  /** From `{"name":` through `"links":N,` with the comma; the caller appends what follows.
   *  @param sizeBytes of files: content bytes; the field is left out when 0 */
  write(nameJson: ByteString, type: NodeType, stats: InodeStats, sizeBytes: number): string {
    const mode = goModeOf(Number(stats.mode));
    const mtime = this.#time(stats.mtimeMs, stats.mtimeNs);
    const atime = this.#withAtime ? this.#time(stats.atimeMs, stats.atimeNs) : mtime;
    const ctime = this.#time(stats.ctimeMs, stats.ctimeNs);
    const uid = Number(stats.uid);
    const gid = Number(stats.gid);
    const hasLinks = type === 'file' || type === 'symlink' || type === 'dev' || type === 'chardev';
    return (
      `{"name":${nameJson},"type":"${type}",${mode === 0 ? '' : `"mode":${mode},`}"mtime":"${mtime}","atime":"${atime}",` +
      `"ctime":"${ctime}","uid":${uid},"gid":${gid},${this.#owner(uid)}${this.#group(gid)}` +
      `${stats.ino === 0n ? '' : `"inode":${stats.ino},`}${this.#device(stats.dev)}` +
      `${sizeBytes === 0 ? '' : `"size":${sizeBytes},`}${hasLinks && stats.nlink !== 0n ? `"links":${stats.nlink},` : ''}`
    );
  }

  #time(milliseconds: bigint, nanosecondsTotal: bigint): string {
    const seconds = Math.floor(Number(milliseconds) / 1000);
    const rest = Number(nanosecondsTotal % NANOSECONDS);
    return formatTimestamp(
      rest < 0 ? Math.floor(Number(nanosecondsTotal / NANOSECONDS)) - 1 : seconds,
      rest < 0 ? rest + 1_000_000_000 : rest,
      this.#zone,
    );
  }

  #owner(uid: number): string {
    let text = this.#owners.get(uid);
    if (text === undefined) {
      const name = this.#names.userName(uid);
      text = name === '' ? '' : `"user":${asBytes(goJsonString(name))},`;
      this.#owners.set(uid, text);
    }
    return text;
  }

  #group(gid: number): string {
    let text = this.#groups.get(gid);
    if (text === undefined) {
      const name = this.#names.groupName(gid);
      text = name === '' ? '' : `"group":${asBytes(goJsonString(name))},`;
      this.#groups.set(gid, text);
    }
    return text;
  }

  #device(deviceId: bigint): string {
    if (deviceId !== this.#deviceId) {
      this.#deviceId = deviceId;
      this.#deviceText = deviceId === 0n ? '' : `"device_id":${deviceId},`;
    }
    return this.#deviceText;
  }
}

/** `"linktarget":…,` and, when the target is not valid UTF-8, `"linktarget_raw":…,`. */
export function linkTargetText(target: Buffer): string {
  if (target.length === 0) return '';
  const raw = target.toString('latin1') as ByteString; // latin1 of bytes is what a byte string is
  const isText = Buffer.from(target.toString('utf8'), 'utf8').equals(target);
  const text = `"linktarget":${asBytes(goJsonStringOfBytes(raw))},`;
  return isText ? text : `${text}"linktarget_raw":"${target.toString('base64')}",`;
}

/** `"extended_attributes":[…],`, or nothing. What cannot be read is reported and left out: one attribute, or without a
 *  name their list. An entry that has vanished has none. */
export function extendedAttributesText(
  path: ByteString,
  onUnreadable: (name: ByteString | undefined, error: unknown) => void,
): string {
  let names: readonly ByteString[];
  try {
    names = listXattrs(path);
  } catch (error) {
    if (!isVanished(error)) onUnreadable(undefined, error);
    return '';
  }
  if (names.length === 0) return '';
  const written: string[] = [];
  for (const name of names) {
    let value: Buffer | undefined;
    try {
      value = getXattr(path, name);
    } catch (error) {
      if (!isVanished(error)) onUnreadable(name, error);
      continue;
    }
    // Gone between the two calls: it was removed, so it is not part of the file.
    if (value === undefined) continue;
    written.push(`{"name":${asBytes(goJsonStringOfBytes(name))},"value":"${value.toString('base64')}"}`);
  }
  return written.length === 0 ? '' : `"extended_attributes":[${written.join(',')}],`;
}

export function contentText(ids: readonly string[]): string {
  return ids.length === 0 ? '"content":[]}' : `"content":["${ids.join('","')}"]}`;
}

/** Missing and unreadable differ: what vanished between listing and reading is no error. */
export function isVanished(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}
