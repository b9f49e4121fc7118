// The main job, on Lumbung itself, through the same command line a person would use: init, backup, check, restore. Makes
// a repository under ./data (or LUMBUNG_DATA), and fails unless what was restored equals what was backed up.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compareFolders } from './compare-folders.ts';
import { firstBackupTexts } from './first-backup-texts.ts';
import { pickLanguage } from './language.mjs';
import { type CapturedRun, runCaptured } from './run-captured.ts';

const root = path.dirname(import.meta.dirname);
const language = pickLanguage(process.env);
const text = firstBackupTexts[language];
const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

/** `1,8 MiB` in Indonesian, `1.8 MiB` in English. */
function sizeOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${numbers.format(bytes / 1024 ** power)} ${units[power] ?? ''}`;
}

const dataFolder = path.resolve(root, process.env['LUMBUNG_DATA'] ?? 'data');
const repository = path.join(dataFolder, 'repository');
const passwordFile = path.join(dataFolder, 'password');
const isPasswordGiven = ['LUMBUNG_PASSWORD', 'LUMBUNG_PASSWORD_FILE', 'LUMBUNG_PASSWORD_COMMAND'].some(
  (name) => (process.env[name] ?? '') !== '',
);
/** What can be had again: packages, peers, caches; and the repository itself, which would grow by every backup of it. */
const excluded = [
  dataFolder,
  ...['data', 'node_modules', '.peers', '.cache', 'coverage', 'bench/out'].map((each) => path.join(root, each)),
];

/** `lumbung` with these arguments on our repository, as a user would run it. */
async function lumbung(...args: string[]): Promise<CapturedRun> {
  const common = ['--repo', repository, '--cache-dir', path.join(dataFolder, 'cache')];
  const password = isPasswordGiven ? [] : ['--password-file', passwordFile];
  // A restic repository that the user works with elsewhere is not ours to open.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RESTIC_')));
  const launcher = path.join(root, 'bin', 'lumbung.mjs');
  return runCaptured(process.execPath, [launcher, ...common, ...password, ...args], { cwd: root, env });
}

class StepFailed extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

async function mustRun(...args: string[]): Promise<CapturedRun> {
  const run = await lumbung(...args);
  if (run.exitCode === 0) return run;
  throw new StepFailed(
    `${run.output.trimEnd()}\n${text.failed(`lumbung ${args.join(' ')}`, run.exitCode)}`,
    run.exitCode,
  );
}

async function providePassword(): Promise<string> {
  if (isPasswordGiven) return text.passwordGiven;
  if (existsSync(passwordFile)) return text.passwordThere(passwordFile);
  await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  return text.passwordMade(passwordFile);
}

const EXIT_NO_REPOSITORY = 10;

async function provideRepository(): Promise<string> {
  const { exitCode } = await lumbung('cat', 'config');
  if (exitCode === 0) return text.repositoryThere(repository);
  if (exitCode !== EXIT_NO_REPOSITORY) await mustRun('cat', 'config');
  await mustRun('init');
  return text.repositoryMade(repository);
}

interface BackupSummary {
  readonly snapshotId: string;
  readonly files: number;
  readonly bytes: number;
  readonly bytesAdded: number;
}

async function backUp(): Promise<BackupSummary> {
  const run = await mustRun(
    'backup',
    '--json',
    '--tag',
    'lumbung',
    ...excluded.flatMap((each) => ['--exclude', each]),
    root,
  );
  for (const line of run.stdout.trim().split('\n').toReversed()) {
    const message: unknown = JSON.parse(line);
    if (typeof message !== 'object' || message === null) continue;
    const field = (name: string): unknown => Reflect.get(message, name);
    if (field('message_type') !== 'summary') continue;
    return {
      snapshotId: String(field('snapshot_id')),
      files: Number(field('total_files_processed')),
      bytes: Number(field('total_bytes_processed')),
      bytesAdded: Number(field('data_added_packed') ?? field('data_added')),
    };
  }
  throw new StepFailed(run.output, 1);
}

/** Restores beside the repository, where there is surely a place to write, and compares. */
async function proveRestorable(snapshotId: string, backupStartedAtMs: number): Promise<string> {
  const target = await mkdtemp(path.join(dataFolder, 'restored-'));
  await mustRun('restore', `${snapshotId}:${root}`, '--target', target);
  const result = await compareFolders({
    source: root,
    restored: target,
    excluded: new Set(excluded),
    backupStartedAtMs,
  });
  const { files, bytes, folders, differences, changedMeanwhile } = result;
  if (differences.length > 0 || files === 0) {
    throw new StepFailed(
      [...differences.slice(0, 20), text.different(numbers.format(differences.length), target)].join('\n'),
      1,
    );
  }
  await rm(target, { recursive: true, force: true });
  const size = sizeOf(bytes);
  const line = text.compared({ files: numbers.format(files), size, folders: numbers.format(folders) });
  return changedMeanwhile.length === 0
    ? line
    : `${line}\n${text.changedMeanwhile(numbers.format(changedMeanwhile.length))}`;
}

function shellWord(value: string): string {
  return /^[\w./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

const say = (line: string): void => console.log(line);

try {
  say(`${text.title}\n`);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  say(await providePassword());
  say(await provideRepository());
  const startedAtMs = Date.now();
  const { snapshotId, files, bytes, bytesAdded } = await backUp();
  say(
    text.backedUp({
      snapshot: snapshotId.slice(0, 8),
      files: numbers.format(files),
      size: sizeOf(bytes),
      added: sizeOf(bytesAdded),
      seconds: numbers.format(Math.round((Date.now() - startedAtMs) / 100) / 10),
    }),
  );
  await mustRun('check', '--read-data');
  say(text.checked);
  say(await proveRestorable(snapshotId, startedAtMs));
  say(
    `\n${text.goOn({
      settings: [
        `export LUMBUNG_REPOSITORY=${shellWord(repository)}`,
        ...(isPasswordGiven ? [] : [`export LUMBUNG_PASSWORD_FILE=${shellWord(passwordFile)}`]),
      ],
      lumbung: `node ${shellWord(path.join(root, 'bin', 'lumbung.mjs'))}`,
      restic: `restic --repo ${shellWord(repository)}${isPasswordGiven ? '' : ` --password-file ${shellWord(passwordFile)}`}`,
    })}`,
  );
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
