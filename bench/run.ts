// Measures Lumbung beside its peers on generated trees, in one run, in turn, and prints ratios of medians.
//
//   npm run bench -- [--runs 5] [--scale 1] [--corpora mixed,small,large] [--folder /dev/shm/lumbung-bench] [--write]
//
// Peers: LUMBUNG_PEER_RESTIC (a current restic; default .peers/restic-0.19.1), `restic` on PATH, `borg` on PATH. One
// that is missing is skipped aloud. With --write the table goes into docs/benchmarks.md.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { changeOnePercent, makeLarge, makeMixed, makePools, makeSmall } from './corpora.ts';
import { writePageSection } from './page-section.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const PASSWORD = 'benchmark';
const STEPS = [
  'first backup',
  'unchanged backup',
  'day 2: 1 % changed',
  'restore',
  'check --read-data',
  'forget half, prune',
] as const;
type Step = (typeof STEPS)[number];

interface Tool {
  readonly name: string;
  readonly version: string;
  /** Argument lists by step; `repo` and `source` are absolute. */
  init(repo: string): readonly string[];
  commands(repo: string, source: string, target: string): Readonly<Partial<Record<Step, readonly string[]>>>;
}

interface Sample {
  readonly seconds: number;
  readonly peakMb: number;
}

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    corpora: { type: 'string', default: 'mixed,small,large' },
    folder: { type: 'string', default: '/dev/shm/lumbung-bench' },
    tools: { type: 'string', default: 'lumbung,restic,restic-debian,borg' },
    write: { type: 'boolean', default: false },
  },
});
const runs = Number(options.runs);
const scale = Number(options.scale);

function resticLike(name: string, version: string, program: readonly string[]): Tool {
  const call = (repo: string, ...rest: string[]): readonly string[] => [
    ...program,
    '-r',
    repo,
    '--no-cache',
    '-q',
    ...rest,
  ];
  return {
    name,
    version,
    init: (repo) => call(repo, 'init'),
    commands: (repo, source, target) => ({
      'first backup': call(repo, 'backup', source),
      'unchanged backup': call(repo, 'backup', source),
      'day 2: 1 % changed': call(repo, 'backup', source),
      restore: call(repo, 'restore', 'latest', '--target', target),
      'check --read-data': call(repo, 'check', '--read-data'),
      'forget half, prune': call(
        repo,
        'forget',
        '--tag',
        'half',
        '--keep-last',
        '1',
        '--group-by',
        '',
        '--prune',
        '--max-unused',
        '0',
      ),
    }),
  };
}

function borg(version: string): Tool {
  return {
    name: 'borg',
    version,
    init: (repo) => ['borg', 'init', '--encryption=repokey-blake2', repo],
    commands: (repo, source) => ({
      'first backup': ['borg', 'create', '--compression', 'zstd,3', `${repo}::first`, source],
      'unchanged backup': ['borg', 'create', '--compression', 'zstd,3', `${repo}::second`, source],
      'day 2: 1 % changed': ['borg', 'create', '--compression', 'zstd,3', `${repo}::third`, source],
      restore: ['borg', 'extract', `${repo}::first`],
      'check --read-data': ['borg', 'check', '--verify-data', repo],
    }),
  };
}

function versionOf(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
  } catch {
    return undefined; // not installed: the caller says so
  }
}

function tools(): readonly Tool[] {
  const wanted = new Set(options.tools.split(','));
  const found: Tool[] = [];
  const node = process.execPath;
  if (wanted.has('lumbung'))
    found.push(resticLike('lumbung', 'this checkout', [node, path.join(ROOT, 'bin/lumbung.mjs')]));
  const current = process.env['LUMBUNG_PEER_RESTIC'] ?? path.join(ROOT, '.peers/restic-0.19.1');
  for (const [name, program] of [
    ['restic', current],
    ['restic-debian', 'restic'],
  ] as const) {
    if (!wanted.has(name)) continue;
    const version = versionOf(program, ['version']);
    if (version === undefined) console.log(`skipped: ${name} (${program} is not there)`);
    else found.push(resticLike(name, version.split(' ').slice(0, 2).join(' '), [program]));
  }
  if (wanted.has('borg')) {
    const version = versionOf('borg', ['--version']);
    if (version === undefined) console.log('skipped: borg is not installed');
    else found.push(borg(version));
  }
  return found;
}

/** Highest resident set of one process, as the kernel kept it. */
function peakKb(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // ended between two looks
  }
}

async function measure(command: readonly string[], cwd: string): Promise<Sample> {
  const [program, ...args] = command;
  if (program === undefined) throw new Error('no command');
  const begin = process.hrtime.bigint();
  const child: ChildProcess = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      RESTIC_PASSWORD: PASSWORD,
      LUMBUNG_PASSWORD: PASSWORD,
      BORG_PASSPHRASE: PASSWORD,
      BORG_BASE_DIR: path.join(options.folder, 'borg-home'),
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
    },
  });
  let errors = '';
  child.stderr?.on('data', (piece: Buffer) => {
    errors = (errors + piece.toString()).slice(-2000);
  });
  let peak = 0;
  const { pid } = child;
  const timer = setInterval(() => {
    if (pid !== undefined) peak = Math.max(peak, peakKb(pid));
  }, 10);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  clearInterval(timer);
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${errors}`);
  return { seconds, peakMb: peak / 1024 };
}

function sizeMb(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += statSync(path.join(entry.parentPath, entry.name)).size;
  }
  return bytes / 2 ** 20;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

interface Corpus {
  readonly name: string;
  readonly title: string;
  make(folder: string): void;
  change?(folder: string): void;
  /** For `forget half, prune`: what the second, forgotten snapshot holds. */
  readonly steps: readonly Step[];
}

const pools = makePools();
const CORPORA: readonly Corpus[] = [
  {
    name: 'mixed',
    title: 'mixed tree, about 1.5 GB in 50,000 files',
    make: (folder) => makeMixed(folder, pools, scale),
    change: (folder) => changeOnePercent(folder, pools, scale),
    steps: STEPS,
  },
  {
    name: 'small',
    title: '200,000 files of 1 to 8 KB',
    make: (folder) => makeSmall(folder, pools, scale),
    steps: ['first backup', 'unchanged backup', 'restore', 'check --read-data'],
  },
  {
    name: 'large',
    title: 'one file of 4 GB, half compressible',
    make: (folder) => makeLarge(folder, pools, scale),
    steps: ['first backup', 'unchanged backup', 'restore', 'check --read-data'],
  },
];

type Results = Map<string, Map<string, Sample[]>>;

async function runOnce(tool: Tool, corpus: Corpus, results: Results): Promise<void> {
  const source = path.join(options.folder, corpus.name);
  const repo = path.join(options.folder, 'repo');
  const target = path.join(options.folder, 'target');
  const record = (step: string, sample: Sample): void => {
    const byTool = results.get(step) ?? new Map<string, Sample[]>();
    byTool.set(tool.name, [...(byTool.get(tool.name) ?? []), sample]);
    results.set(step, byTool);
  };
  rmSync(repo, { recursive: true, force: true });
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await measure(tool.init(repo), options.folder);
  const commands = tool.commands(repo, source, target);
  for (const step of corpus.steps) {
    let command = commands[step];
    if (command === undefined) continue;
    if (step === 'day 2: 1 % changed') corpus.change?.(source);
    if (step === 'forget half, prune') {
      // A second repository content of its own: half of the folders, forgotten again, so that prune has much to do.
      await prepareHalf(tool, corpus, repo);
    }
    command = commands[step] ?? command;
    record(step, await measure(command, step === 'restore' ? target : options.folder));
    if (step === 'first backup') record('stored size', { seconds: sizeMb(repo), peakMb: 0 });
    if (step === 'restore') rmSync(target, { recursive: true, force: true });
  }
  rmSync(repo, { recursive: true, force: true });
}

/** Starts the repository again with two snapshots of one tag: the whole tree, then half of it. */
async function prepareHalf(tool: Tool, corpus: Corpus, repo: string): Promise<void> {
  rmSync(repo, { recursive: true, force: true });
  await measure(tool.init(repo), options.folder);
  const source = path.join(options.folder, corpus.name);
  const program = tool.commands(repo, source, '')['first backup']?.slice(0, -1) ?? [];
  const half = readdirSync(source)
    .filter((_, folderIdx) => folderIdx % 2 === 0)
    .map((name) => path.join(source, name));
  await measure([...program, '--tag', 'half', source], options.folder);
  await measure([...program, '--tag', 'half', ...half], options.folder);
}

function table(results: Results, names: readonly string[]): string {
  const lines = [`| measure | ${names.join(' | ')} |`, `| --- |${names.map(() => ' ---: |').join('')}`];
  for (const [step, byTool] of results) {
    const own = median((byTool.get('lumbung') ?? []).map(({ seconds }) => seconds));
    const unit = step === 'stored size' ? 'MiB' : 's';
    const cells = names.map((name) => {
      const samples = byTool.get(name);
      if (samples === undefined || samples.length === 0) return '–';
      const value = median(samples.map(({ seconds }) => seconds));
      const ratio = name === 'lumbung' || Number.isNaN(own) ? '' : `, ratio **${(own / value).toFixed(2)}**`;
      const memory = unit === 's' ? `, ${Math.round(median(samples.map(({ peakMb }) => peakMb)))} MB` : '';
      return `${value.toFixed(unit === 's' ? 2 : 0)} ${unit}${memory}${ratio}`;
    });
    lines.push(`| ${step} | ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

mkdirSync(options.folder, { recursive: true });
const all = tools();
const names = all.map(({ name }) => name);
const sections = new Map<string, string>();

/** Written after every run: a long measurement that is cut off has not been for nothing. */
function writeReport(): void {
  const cpu = os.cpus()[0]?.model ?? 'unknown';
  const report = [
    `Medians of the runs named below, the tools in turn; \`ratio\` is Lumbung's time (or size) divided by the peer's: smaller is better. The second figure is the peak memory of the largest process.`,
    '',
    `Machine: ${os.cpus().length} × ${cpu}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, memory-backed folder. Peers: ${all
      .slice(1)
      .map(({ version }) => version)
      .join(', ')}. Scale ${scale}.`,
    '',
    ...sections.values(),
  ].join('\n');
  mkdirSync(path.join(ROOT, 'bench/out'), { recursive: true });
  writeFileSync(path.join(ROOT, 'bench/out/latest.md'), report);
  if (options.write) writePageSection('table', report);
}

for (const corpus of CORPORA.filter(({ name }) => options.corpora.split(',').includes(name))) {
  const results: Results = new Map();
  for (let run = 0; run < runs; run += 1) {
    // Tools take turns within each run, so that a slow minute of the machine meets all of them.
    for (const tool of all) {
      const source = path.join(options.folder, corpus.name);
      rmSync(source, { recursive: true, force: true });
      corpus.make(source);
      await runOnce(tool, corpus, results);
      console.log(`${corpus.name}: run ${run + 1} of ${runs}, ${tool.name} done`);
    }
    sections.set(corpus.name, `### ${corpus.title} (${run + 1} runs)\n\n${table(results, names)}\n`);
    writeReport();
  }
  rmSync(path.join(options.folder, corpus.name), { recursive: true, force: true });
  console.log(`\n${sections.get(corpus.name) ?? ''}`);
}
