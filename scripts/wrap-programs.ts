// Programs of another distribution run with its own libraries and its own loader, which may be newer or older than those of
// this machine: a small script stands in the place of each, and the program itself beside it.
import {
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

export interface WrapOptions {
  /** What was unpacked. */
  readonly root: string;
  /** Below the root, those that are there. */
  readonly programFolders: readonly string[];
  /** Which of the programs: all of a distribution's would be thousands. */
  readonly names: RegExp;
  /** Below the root, those that are there. */
  readonly libraryFolders: readonly string[];
  /** Below the root, the first that is there; without one the machine's own. */
  readonly loaders: readonly string[];
}

const ELF_SUFFIX = '.elf';

export function wrapPrograms({ root, programFolders, names, libraryFolders, loaders }: WrapOptions): void {
  const isThere = (below: string): boolean => existsSync(path.join(root, below));
  const loader = loaders.find(isThere);
  for (const folder of programFolders.filter(isThere)) {
    const up = path.relative(path.join(root, folder), root);
    const below = (each: string): string => `"$here/${path.join(up, each)}"`;
    const libraries = libraryFolders.filter(isThere).map(below).join(':');
    for (const name of readdirSync(path.join(root, folder)).filter((each) => names.test(each))) {
      const file = path.join(root, folder, name);
      if (!isElf(file)) continue;
      const program = `"$here/${name}${ELF_SUFFIX}"`;
      const call =
        loader === undefined
          ? `LD_LIBRARY_PATH=${libraries} exec ${program} "$@"`
          : `exec ${below(loader)} --library-path ${libraries} ${program} "$@"`;
      setAside(file);
      const locales = isThere('usr/lib/locale') ? [`export LOCPATH=${below('usr/lib/locale')}`] : [];
      writeFileSync(file, ['#!/bin/sh', `here="\${0%/*}"`, ...locales, call, ''].join('\n'), { mode: 0o755 });
    }
  }
}

/** A program behind a link looks at the name it was called by, so that the link becomes one of its own. */
function setAside(file: string): void {
  if (!lstatSync(file).isSymbolicLink()) return renameSync(file, file + ELF_SUFFIX);
  const target = realpathSync(file);
  const program = existsSync(target + ELF_SUFFIX) ? target + ELF_SUFFIX : target;
  linkSync(program, file + ELF_SUFFIX);
  rmSync(file);
}

function isElf(file: string): boolean {
  if (!existsSync(file) || file.endsWith(ELF_SUFFIX)) return false;
  const target = realpathSync(file);
  const program = existsSync(target + ELF_SUFFIX) ? target + ELF_SUFFIX : target;
  const head = Buffer.alloc(4);
  const handle = openSync(program, 'r');
  try {
    readSync(handle, head);
  } finally {
    closeSync(handle);
  }
  return head.equals(Buffer.from('\x7fELF', 'latin1'));
}
