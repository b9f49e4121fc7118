// The stock clients that Lumbung is compared with. One that is missing is said aloud, and its tests are skipped.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { TEST_PASSWORD } from '@lumbung/engine/testing';
import { describe } from 'vitest';

export interface Peer {
  readonly name: 'current' | 'debian';
  /** `0.19.1`. */
  readonly version: string;
  readonly program: string;
}

export interface PeerRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = path.resolve(import.meta.dirname, '../..');

const CANDIDATES: Readonly<Record<Peer['name'], readonly (string | undefined)[]>> = {
  current: [process.env['LUMBUNG_PEER_RESTIC'], path.join(ROOT, '.peers/restic-0.19.1')],
  debian: [process.env['LUMBUNG_PEER_RESTIC_DEBIAN'], 'restic'],
};

function findPeer(name: Peer['name']): Peer | undefined {
  for (const program of CANDIDATES[name]) {
    if (program === undefined || (program.includes('/') && !existsSync(program))) continue;
    const { status, stdout } = spawnSync(program, ['version'], { encoding: 'utf8' });
    const version = /^restic (\S+)/.exec(stdout)?.[1];
    if (status === 0 && version !== undefined) return { name, version, program };
  }
  return undefined;
}

const PEERS = (['current', 'debian'] as const).map((name) => ({ name, peer: findPeer(name) }));

/** The same tests for every stock client. */
export function describePeers(title: string, tests: (peer: Peer) => void, only?: Peer['name']): void {
  for (const { name, peer } of PEERS) {
    if (only !== undefined && only !== name) continue;
    if (peer === undefined) console.log(`SKIPPED: ${title}: there is no restic (${name}) on this machine`);
    const label = peer === undefined ? `restic (${name})` : `restic ${peer.version}`;
    // Skipped when `peer` is undefined; vitest calls the body all the same, to learn the names.
    describe.skipIf(peer === undefined)(`${title}, ${label}`, () => {
      tests(peer ?? { name, version: '0.0.0', program: 'false' });
    });
  }
}

/** Any of them that is there: for judging what the crash tests left. */
export const anyPeer: Peer | undefined = PEERS.map(({ peer }) => peer).find((peer) => peer !== undefined);

export interface PeerCall {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a stock client on a repository; it asks nothing and caches nothing. */
export function spawnPeer(peer: Peer, repositoryFolder: string, args: readonly string[], call: PeerCall = {}) {
  return spawn(peer.program, ['--no-cache', '--repo', repositoryFolder, ...args], {
    cwd: call.cwd,
    env: { ...process.env, RESTIC_PASSWORD: String(TEST_PASSWORD), ...call.env },
    stdio: 'pipe',
  });
}

export async function runPeer(
  peer: Peer,
  repositoryFolder: string,
  args: readonly string[],
  call: PeerCall = {},
): Promise<PeerRun> {
  const child = spawnPeer(peer, repositoryFolder, args, call);
  child.stdin.end();
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Runs it to a good end, or throws with its words. @returns what it printed */
export async function peerDoes(
  peer: Peer,
  repositoryFolder: string,
  args: readonly string[],
  call: PeerCall = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await runPeer(peer, repositoryFolder, args, call);
  if (exitCode === 0) return stdout;
  throw new Error(`restic ${peer.version} ${args.join(' ')}: exit ${exitCode}\n${stdout}\n${stderr}`);
}

export interface PeerSummary {
  readonly snapshotId: string;
  readonly dataBlobs: number;
  readonly treeBlobs: number;
  readonly filesNew: number;
  readonly filesChanged: number;
  readonly filesUnmodified: number;
}

/** `cd folder && restic backup .`: so that no folder above plays a part. */
export async function peerBacksUp(
  peer: Peer,
  repositoryFolder: string,
  sourceFolder: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<PeerSummary> {
  const stdout = await peerDoes(peer, repositoryFolder, ['backup', '--json', ...args, '.'], { cwd: sourceFolder, env });
  const summary = jsonLines(stdout).find((line) => line['message_type'] === 'summary');
  if (summary === undefined) throw new Error(`no summary: ${stdout}`);
  return {
    snapshotId: String(summary['snapshot_id']),
    dataBlobs: Number(summary['data_blobs']),
    treeBlobs: Number(summary['tree_blobs']),
    filesNew: Number(summary['files_new']),
    filesChanged: Number(summary['files_changed']),
    filesUnmodified: Number(summary['files_unmodified']),
  };
}

export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Record<string, unknown> => JSON.parse(line));
}

/** Everything a stock client has to say against a repository; empty when it finds it good.
 *  `tidy: false` lets pass what an interrupted run may leave: packs that no index names, or two. */
export async function complaintsOfPeer(
  peer: Peer,
  repositoryFolder: string,
  options: { readonly readData?: boolean; readonly tidy?: boolean } = {},
): Promise<string[]> {
  const { readData = true, tidy = true } = options;
  const args = ['check', '--no-lock', ...(readData ? ['--read-data'] : [])];
  const { exitCode, stdout, stderr } = await runPeer(peer, repositoryFolder, args);
  const isProgress = (line: string): boolean =>
    /^(?:using temporary cache|create exclusive lock|load indexes|check all packs|check snapshots|read all data|no errors were found|\[\d|repository \w+ opened|created new cache|\s*$)/.test(
      line,
    );
  const isLeftover = (line: string): boolean =>
    /not referenced in any index|additional files were found in the repo|restic prune|\d+ additional files|contained in several indexes|are non-critical/.test(
      line,
    );
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => !isProgress(line));
  const complaints = tidy ? lines : lines.filter((line) => !isLeftover(line));
  return exitCode === 0 ? complaints : [`exit ${exitCode}`, ...complaints, ...(tidy ? [] : lines)];
}
