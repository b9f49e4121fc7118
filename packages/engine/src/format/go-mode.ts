// Modes are stored as Go's os.FileMode: permission bits as they are, everything else in bits of Go's own. The highest
// is 2^31, so sums are made with +, not with |.

export const GO_MODE = {
  dir: 2 ** 31,
  symlink: 2 ** 27,
  device: 2 ** 26,
  namedPipe: 2 ** 25,
  socket: 2 ** 24,
  setuid: 2 ** 23,
  setgid: 2 ** 22,
  charDevice: 2 ** 21,
  sticky: 2 ** 20,
  irregular: 2 ** 19,
} as const;

const S_IFMT = 0o170000;
const FORMATS: ReadonlyMap<number, number> = new Map([
  [0o100000, 0],
  [0o040000, GO_MODE.dir],
  [0o120000, GO_MODE.symlink],
  [0o060000, GO_MODE.device],
  [0o020000, GO_MODE.device + GO_MODE.charDevice],
  [0o010000, GO_MODE.namedPipe],
  [0o140000, GO_MODE.socket],
]);

/** Go's mode of a POSIX `st_mode`. */
export function goModeOf(stMode: number): number {
  let mode = (stMode & 0o777) + (FORMATS.get(stMode & S_IFMT) ?? GO_MODE.irregular);
  if ((stMode & 0o4000) !== 0) mode += GO_MODE.setuid;
  if ((stMode & 0o2000) !== 0) mode += GO_MODE.setgid;
  if ((stMode & 0o1000) !== 0) mode += GO_MODE.sticky;
  return mode;
}

function has(goMode: number, bit: number): boolean {
  return Math.floor(goMode / bit) % 2 === 1;
}

/** The permission bits of a Go mode as chmod takes them: 0o7777 at most, without the type. */
export function posixModeOf(goMode: number): number {
  let mode = goMode % 0o1000;
  if (has(goMode, GO_MODE.setuid)) mode |= 0o4000;
  if (has(goMode, GO_MODE.setgid)) mode |= 0o2000;
  if (has(goMode, GO_MODE.sticky)) mode |= 0o1000;
  return mode;
}

const LETTERS: readonly (readonly [number, string])[] = [
  [GO_MODE.dir, 'd'],
  [2 ** 30, 'a'],
  [2 ** 29, 'l'],
  [2 ** 28, 'T'],
  [GO_MODE.symlink, 'L'],
  [GO_MODE.device, 'D'],
  [GO_MODE.namedPipe, 'p'],
  [GO_MODE.socket, 'S'],
  [GO_MODE.setuid, 'u'],
  [GO_MODE.setgid, 'g'],
  [GO_MODE.charDevice, 'c'],
  [GO_MODE.sticky, 't'],
  [GO_MODE.irregular, '?'],
];

/** `drwxr-xr-x`, as Go prints a mode: letters for what is set, or a dash, then nine for permissions. */
export function permissionString(goMode: number): string {
  const letters = LETTERS.filter(([bit]) => has(goMode, bit)).map(([, letter]) => letter);
  const permissions = Array.from('rwxrwxrwx', (letter, letterIdx) => ((goMode >>> (8 - letterIdx)) & 1 ? letter : '-'));
  return `${letters.length === 0 ? '-' : letters.join('')}${permissions.join('')}`;
}
