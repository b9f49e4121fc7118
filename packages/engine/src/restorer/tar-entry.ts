import { type ByteString, byteStringOfText, bytesOf } from '@lumbung/stdx';
import { posixModeOf } from '../format/go-mode.ts';
import { type Instant, instantOf } from '../format/timestamp.ts';
import type { NodeType, TreeNode } from '../format/tree.ts';

const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const OWNER_NAME_BYTES = 31;
const PERMISSION_BITS = 0o7777;

const TYPE_FLAGS: Readonly<Partial<Record<NodeType, string>>> = {
  file: '0',
  symlink: '2',
  chardev: '3',
  dev: '4',
  dir: '5',
  fifo: '6',
};
const PAX_FLAG = 'x';

/** True for nodes that a tar archive can hold: all but sockets. */
export function hasTarEntry(node: TreeNode): boolean {
  return TYPE_FLAGS[node.type] !== undefined;
}

/**
 * The header of one archive member: a POSIX ustar block, with a PAX header before it for what does not fit: long names and
 * link targets, sizes from 8 GiB on, large ids, times with a fraction, extended attributes (`SCHILY.xattr.*`, as GNU tar and
 * star read them). Names and values are written as the bytes they are, be they UTF-8 or not; that is why no tar library
 * is used here: those at hand take text.
 *
 * @param path without a slash at its begin; of a folder without one at its end
 * @param contentBytes of files: bytes that follow
 */
export function tarHeader(path: ByteString, node: TreeNode, contentBytes: number): Buffer {
  const name = node.type === 'dir' ? (`${path}/` as ByteString) : path; // with a slash a byte string is still one
  const size = node.type === 'file' ? contentBytes : 0;
  const mtime = instantOf(node.mtime);
  const link = node.type === 'symlink' ? (node.linkTarget ?? EMPTY) : EMPTY;
  const user = byteStringOfText(node.user);
  const group = byteStringOfText(node.group);
  const records: string[] = [];
  if (name.length > NAME_BYTES || !isAscii(name)) records.push(paxRecord('path', name));
  if (link.length > NAME_BYTES || !isAscii(link)) records.push(paxRecord('linkpath', link));
  if (size > octalMax(12)) records.push(paxRecord('size', String(size)));
  if (node.uid > octalMax(8)) records.push(paxRecord('uid', String(node.uid)));
  if (node.gid > octalMax(8)) records.push(paxRecord('gid', String(node.gid)));
  if (user.length > OWNER_NAME_BYTES || !isAscii(user)) records.push(paxRecord('uname', user));
  if (group.length > OWNER_NAME_BYTES || !isAscii(group)) records.push(paxRecord('gname', group));
  if (mtime.nanoseconds !== 0 || mtime.seconds < 0 || mtime.seconds > octalMax(12)) {
    records.push(paxRecord('mtime', paxTime(mtime)));
  }
  for (const xattr of node.extendedAttributes) {
    const key = `SCHILY.xattr.${byteStringOfText(xattr.name)}`;
    // A key ends at the first '=': an attribute with one in its name cannot be written.
    if (!key.includes('=')) records.push(paxRecord(key, xattr.value.toString('latin1')));
  }

  const device = deviceNumbers(node.device ?? 0n);
  const fields: UstarFields = {
    name: name.slice(0, NAME_BYTES),
    mode: posixModeOf(node.mode) & PERMISSION_BITS,
    uid: node.uid,
    gid: node.gid,
    size,
    mtime: mtime.seconds,
    typeFlag: TYPE_FLAGS[node.type] ?? '0',
    link: link.slice(0, NAME_BYTES),
    user: user.slice(0, OWNER_NAME_BYTES),
    group: group.slice(0, OWNER_NAME_BYTES),
    major: device.major,
    minor: device.minor,
  };
  const block = ustarBlock(fields);
  if (records.length === 0) return block;
  const pax = Buffer.from(records.join(''), 'latin1');
  const paxFields = {
    ...fields,
    name: paxName(name),
    mode: 0o644,
    size: pax.length,
    typeFlag: PAX_FLAG,
    link: '',
    major: 0,
    minor: 0,
  };
  return Buffer.concat([ustarBlock(paxFields), pax, tarPadding(pax.length), block]);
}

/** What fills the last block of a member. */
export function tarPadding(contentBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (contentBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** Ends an archive: two empty blocks. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK_BYTES);
}

const EMPTY = '' as ByteString; // empty is a byte string

interface UstarFields {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly typeFlag: string;
  readonly link: string;
  readonly user: string;
  readonly group: string;
  readonly major: number;
  readonly minor: number;
}

function ustarBlock(fields: UstarFields): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(fields.name, 0, NAME_BYTES, 'latin1');
  writeOctal(block, 100, 8, fields.mode);
  writeOctal(block, 108, 8, fields.uid);
  writeOctal(block, 116, 8, fields.gid);
  writeOctal(block, 124, 12, fields.size);
  writeOctal(block, 136, 12, fields.mtime);
  block.fill(0x20, 148, 156);
  block.write(fields.typeFlag, 156, 1, 'latin1');
  block.write(fields.link, 157, NAME_BYTES, 'latin1');
  block.write('ustar\u000000', 257, 8, 'latin1');
  block.write(fields.user, 265, 32, 'latin1');
  block.write(fields.group, 297, 32, 'latin1');
  writeOctal(block, 329, 8, fields.major);
  writeOctal(block, 337, 8, fields.minor);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 8, 'latin1');
  return block;
}

/** What does not fit is told by a PAX record; the field then holds zero. */
function writeOctal(block: Buffer, at: number, width: number, value: number): void {
  const fitting = value >= 0 && value <= octalMax(width) ? value : 0;
  block.write(fitting.toString(8).padStart(width - 1, '0'), at, width - 1, 'latin1');
}

/** The largest number of a field, whose last byte is NUL. */
function octalMax(width: number): number {
  return 8 ** (width - 1) - 1;
}

/** `LENGTH key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

function paxTime({ seconds, nanoseconds }: Instant): string {
  if (nanoseconds === 0) return String(seconds);
  // -0.25 is second -1 and 750,000,000 nanoseconds.
  const isNegative = seconds < 0;
  const whole = isNegative ? -(seconds + 1) : seconds;
  const fraction = isNegative ? 1_000_000_000 - nanoseconds : nanoseconds;
  const digits = String(fraction).padStart(9, '0').replace(/0+$/, '');
  return `${isNegative ? '-' : ''}${whole}.${digits}`;
}

/** Shown only by readers that know no PAX. */
function paxName(name: string): string {
  const base = name.replace(/\/$/, '');
  return `PaxHeaders/${base.slice(base.lastIndexOf('/') + 1)}`.slice(0, NAME_BYTES);
}

/** Linux packs a device's numbers into 64 bits; see makedev(3). */
function deviceNumbers(device: bigint): { major: number; minor: number } {
  return {
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)),
    minor: Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)),
  };
}

function isAscii(text: ByteString): boolean {
  return bytesOf(text).every((byte) => byte < 0x80);
}
