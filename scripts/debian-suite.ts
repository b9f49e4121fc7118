// Packages of another suite of Debian with all they depend on, unpacked into a folder, by apt-get with a state of its own:
// it checks Debian's signatures, and neither installs nor starts anything.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram } from './debian-packages.ts';
import { wrapPrograms } from './wrap-programs.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const FETCH_MINUTES_MAX = 10;

const TRIPLES: Readonly<Record<string, { readonly folder: string; readonly loader: string }>> = {
  x64: { folder: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { folder: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};
const SERVER_PROGRAMS =
  /^(?:postgres|initdb|pg_\w+|psql|mysql\w*|mariadb[\w-]*|my_print_defaults|resolveip|redis-\w+|valkey-[\w-]+)$/;
/** What no server asks for, and half of what is unpacked. */
const UNUSED = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/perl', 'usr/share/info'];

/** @throws Error with the reason why it cannot be had */
export function unpackDebianSuite(suite: string, packages: readonly string[], folder: string): void {
  const triple = TRIPLES[process.arch];
  if (triple === undefined) throw new Error(`Debian's servers are not unpacked on ${process.arch}`);
  for (const program of ['apt-get', 'dpkg-deb']) {
    if (findProgram(program) === undefined) throw new Error(`there is no ${program} here`);
  }
  if (!existsSync(KEYRING)) throw new Error('there is no keyring of Debian here');
  const mirror = mirrorOfMachine();
  const state = mkdtempSync(path.join(tmpdir(), 'lumbung-apt-'));
  try {
    const env = { ...process.env, APT_CONFIG: writeAptState(state, `${mirror} ${suite} main`), LC_ALL: 'C.UTF-8' };
    run('apt-get', ['-q', 'update'], env);
    run('apt-get', ['-q', '-y', '--download-only', 'install', ...packages], env);
    const archives = path.join(state, 'cache/archives');
    for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
      run('dpkg-deb', ['-x', path.join(archives, file), folder], env);
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
  for (const unused of UNUSED) rmSync(path.join(folder, unused), { recursive: true, force: true });
  const libraryFolders = [`usr/lib/${triple.folder}`, `lib/${triple.folder}`];
  wrapPrograms({
    root: folder,
    programFolders: ['usr/bin', 'usr/sbin', ...postgresFolders(folder)],
    names: SERVER_PROGRAMS,
    libraryFolders,
    loaders: libraryFolders.map((each) => path.join(each, triple.loader)),
  });
}

/** Where this machine's own Debian comes from: the other suites lie beside it. */
function mirrorOfMachine(): string {
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  const { stdout } = spawnSync(
    'apt-get',
    ['indextargets', '--format', '$(RELEASE) $(REPO_URI)', 'Identifier: Packages', 'Component: main'],
    { encoding: 'utf8', timeout: 60_000 },
  );
  const [, mirror] =
    stdout
      .split('\n')
      .map((line) => line.split(' '))
      .find(([release]) => release === codename) ?? [];
  if (mirror === undefined || codename === '') throw new Error('this machine has no source of Debian packages');
  return mirror;
}

function postgresFolders(root: string): string[] {
  const parent = path.join(root, 'usr/lib/postgresql');
  return existsSync(parent) ? readdirSync(parent).map((major) => `usr/lib/postgresql/${major}/bin`) : [];
}

/** @returns the file that APT_CONFIG names; apt reads the machine's own settings as well */
function writeAptState(state: string, source: string): string {
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(path.join(state, folder), { recursive: true });
  const at = (name: string): string => path.join(state, name);
  writeFileSync(at('sources.list'), `deb [signed-by=${KEYRING}] ${source}\n`);
  // As if nothing were installed, so that everything comes along.
  writeFileSync(at('status'), '');
  const settings = {
    'Dir::State': state,
    'Dir::State::lists': at('lists'),
    'Dir::State::status': at('status'),
    'Dir::Cache': at('cache'),
    'Dir::Etc::sourcelist': at('sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferencesparts': '-',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'APT::Install-Recommends': 'false',
    // The folder is private: apt's own user could not write into it.
    'APT::Sandbox::User': 'root',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  writeFileSync(at('apt.conf'), lines.join(''));
  return at('apt.conf');
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status, stderr } = spawnSync(program, args, { env, encoding: 'utf8', timeout: FETCH_MINUTES_MAX * 60_000 });
  if (status === 0) return;
  const complaint = stderr.split('\n').find((line) => line.startsWith('E: ')) ?? stderr.trim().split('\n').at(-1) ?? '';
  throw new Error(`${program} failed: ${complaint.slice(0, 200)}`);
}
