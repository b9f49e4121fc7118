// A folder with everything a file system can hold and a client can get wrong.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { SeededRandom } from '@lumbung/engine/testing';
import { type ByteString, byteStringOf, byteStringOfText, fsPath } from '@lumbung/stdx';
import { makeDevice, makeFifo, setTimes, setXattr } from '@lumbung/stdx/node';

const isRoot = process.getuid?.() === 0;

export interface RichTreeOptions {
  /** Link targets that are not UTF-8, and extended attributes of links: stock 0.14 records neither. Default true. */
  readonly richLinks?: boolean;
}

/** Every row of the table by which names are quoted, and the neighbours of every row. */
const NAMES: readonly (string | readonly number[])[] = [
  'plain',
  'a b',
  ' leading and trailing ',
  '-dash',
  '...',
  'quote"backslash\\',
  'literal \\xff \\u00a0 \\n',
  "<&>'`$*?[]",
  'é ß 日本語 עברית 🙂 e\u0301',
  '\x07 \b \f \n \r \t \v',
  '\x01 \x1b \x1f \x7f',
  'nbsp\u00a0 shy\u00ad nel\u0085 zwj\u200d ls\u2028 ps\u2029 ideographic\u3000 bom\ufeff',
  'private\ue000 noncharacter\ufffe unassigned\u0378 replacement\ufffd',
  'above \u{10ffff} tag\u{e0001} music\u{1d173} private\u{f0000}',
  [0xff],
  [0x61, 0xc3, 0x28, 0x62],
  [0xc0, 0x80], // overlong
  [0xe0, 0x80, 0xaf], // overlong
  [0xed, 0xa0, 0x80], // surrogate
  [0xf4, 0x90, 0x80, 0x80], // above U+10FFFF
  [0x61, 0xe2, 0x82], // cut off
  [0xf0, 0x9f, 0x99],
];

const SIZES = [0, 1, 524_287, 524_288, 524_289, 8_388_608, 8_388_609];

/** Seconds and nanoseconds: before 1970, without fraction, with odd ones, with trailing zeros, far ahead. */
const TIMES: readonly (readonly [number, number])[] = [
  [0, 0],
  [-1, 500_000_000],
  [-2, 1],
  [-1_000_000_000, 0],
  [1_000_000_000, 0],
  [1_700_000_000, 123_456_789],
  [1_700_000_001, 120_000_000],
  [1_687_000_000, 1],
  [4_102_444_800, 999_999_999],
];

// Only root can read a file that nobody may read.
const FILE_MODES = [0o644, ...(isRoot ? [0o000] : []), 0o600, 0o777, 0o4755, 0o2755, 0o6755, 0o1644];
const FOLDER_MODES = [0o755, 0o700, 0o1777, 0o2775];

export function makeRichTree(folder: string, options: RichTreeOptions = {}): void {
  const { richLinks = true } = options;
  const random = new SeededRandom(42);
  const inFolder = (name: string): string => {
    const made = path.join(folder, name);
    mkdirSync(made, { recursive: true });
    return made;
  };

  const names = inFolder('names');
  for (const name of NAMES) writeFileSync(fsPath(below(names, name)), 'named');
  for (const name of NAMES.slice(-4)) mkdirSync(fsPath(below(inFolder('folder names'), name)));

  const sizes = inFolder('sizes');
  for (const size of SIZES) writeFileSync(path.join(sizes, `random-${size}`), random.bytes(size));
  for (const size of SIZES.slice(1)) writeFileSync(path.join(sizes, `zeros-${size}`), Buffer.alloc(size));
  writeFileSync(path.join(sizes, 'text'), 'the same line again\n'.repeat(20_000));
  const sparse = openSync(path.join(sizes, 'sparse'), 'w');
  writeSync(sparse, 'begin', 0);
  writeSync(sparse, 'middle', 3_000_000);
  ftruncateSync(sparse, 6_000_000);
  closeSync(sparse);

  const modes = inFolder('modes');
  for (const mode of FILE_MODES) writeFileSync(path.join(modes, `file-${mode.toString(8)}`), 'x');
  for (const mode of FOLDER_MODES) mkdirSync(path.join(modes, `folder-${mode.toString(8)}`));
  inFolder('empty folder');

  const owners = inFolder('owners');
  for (const owner of [1, 65_534, 123_456, 4_294_967_294]) {
    const file = path.join(owners, `${owner}`);
    writeFileSync(file, 'owned');
    if (isRoot) chownSync(file, owner, owner);
  }
  // After the owners: changing an owner takes the set-user-id bit away.
  for (const mode of FILE_MODES) chmodSync(path.join(modes, `file-${mode.toString(8)}`), mode);
  for (const mode of FOLDER_MODES) chmodSync(path.join(modes, `folder-${mode.toString(8)}`), mode);

  writeFileSync(path.join(inFolder('links/a'), 'one'), 'hard link');
  linkSync(path.join(folder, 'links/a/one'), path.join(inFolder('links/b'), 'two'));
  linkSync(path.join(folder, 'links/a/one'), path.join(inFolder('links/z/deep'), 'three'));
  linkSync(path.join(folder, 'links/a/one'), path.join(folder, 'links/a/again'));
  symlinkSync('../a/one', path.join(folder, 'links/b/symlink'));
  symlinkSync('/does/not/exist', path.join(folder, 'links/b/dangling'));
  symlinkSync('<&> "é\u2028\n', path.join(folder, 'links/b/odd'));
  if (richLinks) symlinkSync(Buffer.from([0x2f, 0xff, 0x61, 0xed, 0xa0, 0x80]), path.join(folder, 'links/b/raw'));

  if (isRoot) {
    const special = inFolder('special');
    makeDevice(byteStringOfText(path.join(special, 'char')), 0o020644, 259n);
    makeDevice(byteStringOfText(path.join(special, 'block')), 0o060640, 1_796n);
    makeFifo(byteStringOfText(path.join(special, 'fifo')), 0o644);
  }

  const attributes = inFolder('attributes');
  writeFileSync(path.join(attributes, 'file'), 'x');
  const file = byteStringOfText(path.join(attributes, 'file'));
  setXattr(file, byteStringOfText('user.empty'), Buffer.alloc(0));
  setXattr(file, byteStringOfText('user.binary'), Buffer.from([0, 255, 10]));
  setXattr(file, byteStringOfText('user.é<&>'), Buffer.from('value'));
  setXattr(byteStringOfText(attributes), byteStringOfText('user.folder'), Buffer.from('v'));
  if (isRoot && richLinks) {
    const link = byteStringOfText(path.join(folder, 'links/b/dangling'));
    setXattr(link, byteStringOfText('trusted.link'), Buffer.from('l'));
  }
  writeFileSync(path.join(attributes, 'acl'), 'x');
  mkdirSync(path.join(attributes, 'acl folder'));
  // Without the program there are no ACLs in the tree, and nothing is wrong.
  spawnSync('setfacl', ['-m', 'u:1:rw,g:2:r', path.join(attributes, 'acl')]);
  spawnSync('setfacl', ['-d', '-m', 'u:1:rwx', path.join(attributes, 'acl folder')]);

  const times = inFolder('times');
  for (const [timeIdx] of TIMES.entries()) writeFileSync(path.join(times, `${timeIdx}`), 't');
  setAllTimes(byteStringOfText(folder));
  for (const [timeIdx, time] of TIMES.entries()) setTime(byteStringOfText(path.join(times, `${timeIdx}`)), time);
}

function below(folder: string, name: string | readonly number[]): ByteString {
  const raw = typeof name === 'string' ? byteStringOfText(name) : byteStringOf(Uint8Array.from(name));
  // Byte strings and ASCII make a byte string.
  return `${byteStringOfText(folder)}/${raw}` as ByteString;
}

/** Every entry gets a time of its own, children first, so that a restore that forgets one is seen. */
function setAllTimes(folder: ByteString): void {
  let counter = 0;
  const visit = (at: ByteString): void => {
    if (lstatSync(fsPath(at)).isDirectory()) {
      const names = readdirSync(fsPath(at), { encoding: 'buffer' }).map(byteStringOf).toSorted();
      for (const name of names) visit(`${at}/${name}` as ByteString); // a byte string and ASCII make a byte string
    }
    counter += 1;
    setTime(at, [1_600_000_000 + counter * 7_777_777, (counter * 123_457) % 1_000_000_000]);
  };
  visit(folder);
}

function setTime(at: ByteString, [seconds, nanoseconds]: readonly [number, number]): void {
  setTimes(at, {
    atimeSeconds: seconds,
    atimeNanoseconds: nanoseconds,
    mtimeSeconds: seconds,
    mtimeNanoseconds: nanoseconds,
  });
}
