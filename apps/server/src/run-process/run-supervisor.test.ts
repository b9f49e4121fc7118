import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '@lumbung/contracts';
import { LAB_PASSWORD } from '@lumbung/runner/testing';
import { isProcessAlive, systemClock } from '@lumbung/stdx/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SupervisorLab, untilTold } from './testing/supervisor-lab.ts';

const ODD_CHILD = fileURLToPath(new URL('./testing/odd-child.ts', import.meta.url));

const ROUNDS = 6;

let lab: SupervisorLab;
let source: string;

beforeEach(async () => {
  lab = new SupervisorLab();
  await lab.makeRepository();
  source = lab.path('situs');
  for (let nr = 0; nr < 20; nr += 1) lab.write(`situs/${nr}.txt`, `berkas ${nr} `.repeat(500));
});

afterEach(async () => {
  await lab.supervisor.stop();
  lab[Symbol.dispose]();
});

function locks(): string[] {
  return readdirSync(path.join(lab.address, 'locks'));
}

/** A source that takes a while: more than one can read in the time a test needs to act. */
function bigSource(): string {
  const bytes = Buffer.alloc(2 ** 20);
  for (let nr = 0; nr < 30; nr += 1) {
    for (let at = 0; at < bytes.length; at += 4)
      bytes.writeUInt32LE(Math.imul(at + nr * 7919, 2_654_435_761) >>> 0, at);
    lab.write(`besar/${nr}.bin`, bytes);
  }
  return lab.path('besar');
}

async function sound(): Promise<void> {
  const { record } = await lab.run({ kind: 'verify', repository: lab.place, snapshotId: '0'.repeat(64) });
  // The repository opens and can be locked; the snapshot is not there, as it should be.
  expect(record).toMatchObject({ outcome: 'failed', reason: 'SNAPSHOT_NOT_FOUND' });
}

describe('a run in a process of its own', () => {
  it('does its job, tells of it, and is gone', async () => {
    const { run, events } = lab.begin(lab.filesSpec([source]));
    const record = await run.record;
    expect(record).toMatchObject({
      outcome: 'succeeded',
      hostname: 'lab',
      programVersion: 'lumbung test',
      copies: [{ files: 20, verification: { verdict: 'verified' } }],
    });
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set(['step', 'check', 'reading', 'stored', 'progress']),
    );
    expect(lab.supervisor.running).toEqual([]);
    expect(locks()).toEqual([]);
    expect(readdirSync(lab.workFolder)).toEqual([]);
  });

  it('fails as the job does', async () => {
    const { run } = lab.begin(lab.filesSpec([lab.path('tidak-ada')]));
    expect(await run.record).toMatchObject({ outcome: 'failed', reason: 'SOURCE_MISSING' });
  });

  it('fails without a process when a secret is not known', async () => {
    lab.secrets.clear();
    const { run } = lab.begin(lab.filesSpec([source]));
    expect(await run.record).toMatchObject({ outcome: 'failed', reason: 'SECRET_MISSING' });
  });

  it('shows no secret on its command line nor in its environment', async () => {
    const { run, events } = lab.begin(lab.filesSpec([bigSource()]));
    await untilTold(events, ({ kind }) => kind === 'reading');
    const seen = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [readProc(pid, 'cmdline'), readProc(pid, 'environ')] as const)
      .filter(([commandLine]) => commandLine.includes('run-process/child.ts'));
    expect(seen).toHaveLength(1);
    expect(JSON.stringify(seen)).not.toContain(LAB_PASSWORD);
    expect(JSON.stringify(seen)).not.toContain('do-not-inherit');
    run.cancel();
    await run.record;
  });

  it('works when others do not, where it is told to', async () => {
    const gentle = new SupervisorLab({ priority: 'low' });
    await gentle.makeRepository();
    gentle.write('situs/a.txt', 'a');
    const { run, events } = gentle.begin(gentle.filesSpec([gentle.path('situs')]));
    await untilTold(events, ({ kind }) => kind === 'step');
    const [pid = 0] = childrenOf(process.pid);
    expect(os.getPriority(pid)).toBe(Math.min(19, os.getPriority() + 10));
    expect(await run.record).toMatchObject({ outcome: 'succeeded' });
    gentle[Symbol.dispose]();
  });

  it('tells progress at most four times a second', async () => {
    const { run, events } = lab.begin(lab.filesSpec([bigSource()], { verify: 'later' }));
    const record = await run.record;
    const progress = events.filter(({ kind }) => kind === 'progress').length;
    expect(record.outcome).toBe('succeeded');
    // Each step tells its last state beside that.
    expect(progress).toBeLessThanOrEqual(record.durationMs / 250 + record.steps.length + 1);
    expect(progress).toBeGreaterThan(0);
  });
});

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

describe('a run that is cancelled', () => {
  it('ends cleanly: no snapshot, no lock, no process', async () => {
    const { run, events } = lab.begin(lab.filesSpec([bigSource()]));
    await untilTold(events, ({ kind }) => kind === 'reading');
    run.cancel();
    expect(await run.record).toMatchObject({ outcome: 'cancelled', reason: 'RUN_CANCELLED', copies: [] });
    expect(locks()).toEqual([]);
    expect(await lab.snapshots()).toEqual([]);
    await sound();
  });

  it('before its process was started has none', async () => {
    const { run } = lab.begin(lab.filesSpec([source]));
    run.cancel('RUN_SHUTDOWN');
    expect(await run.record).toMatchObject({ outcome: 'cancelled', reason: 'RUN_SHUTDOWN' });
  });

  it('twice keeps the first reason; when it is over, nothing changes', async () => {
    const { run, events } = lab.begin(lab.filesSpec([bigSource()]));
    await untilTold(events, ({ kind }) => kind === 'reading');
    run.cancel('RUN_CANCELLED');
    run.cancel('RUN_TIME_LIMIT');
    const record = await run.record;
    expect(record).toMatchObject({ outcome: 'cancelled' });
    run.cancel('RUN_STALLED');
    expect(await run.record).toBe(record);
  });

  it('with all others, when the service stops', async () => {
    const many = [1, 2, 3].map(() => lab.begin(lab.filesSpec([bigSource()])));
    await Promise.all(many.map(({ events }) => untilTold(events, ({ kind }) => kind === 'step')));
    await lab.supervisor.stop();
    for (const { run } of many)
      expect(await run.record).toMatchObject({ outcome: 'cancelled', reason: 'RUN_SHUTDOWN' });
    const late = lab.begin(lab.filesSpec([source]));
    expect(await late.run.record).toMatchObject({ outcome: 'cancelled', reason: 'RUN_SHUTDOWN' });
  });

  it('by a signal of the system ends cleanly too', async () => {
    const { run, events } = lab.begin(lab.filesSpec([bigSource()]));
    await untilTold(events, ({ kind }) => kind === 'reading');
    const [pid = 0] = childrenOf(process.pid);
    process.kill(pid, 'SIGTERM');
    expect(await run.record).toMatchObject({ outcome: 'cancelled', reason: 'RUN_SHUTDOWN' });
    expect(locks()).toEqual([]);
  });
});

function childrenOf(pid: number): number[] {
  const pids = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' });
  return pids
    .split('\n')
    .filter((line) => line.includes('child.ts'))
    .map((line) => Number.parseInt(line, 10));
}

describe('a run whose process dies', () => {
  it('at any moment is lost; what reached the repository is known or can be adopted, and the repository goes on', async () => {
    const big = bigSource();
    // The moments are spread over what a whole run takes here.
    const { durationMs } = await lab.begin(lab.filesSpec([big, source])).run.record;
    const outcomes = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const spec = { ...lab.filesSpec([big, source]), runId: `run-mati-${round}` };
      lab.write('situs/baru.bin', Buffer.alloc(300_000, round));
      const { run, events } = lab.begin(spec);
      await untilTold(events, ({ kind }) => kind === 'step');
      await systemClock.sleep((durationMs * round) / ROUNDS);
      for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
      const record: RunRecord = await run.record;
      outcomes.add(record.outcome);
      if (record.outcome === 'succeeded') continue; // it was faster
      expect(record).toMatchObject({ outcome: 'lost', reason: 'RUN_LOST', error: { context: { signal: 'SIGKILL' } } });
      // The same run, told again: it takes over what is there, or makes it.
      const again = await lab.begin(spec).run.record;
      expect(again.outcome, JSON.stringify(again)).toMatch(/^(?:succeeded|warned)$/);
      const made = (await lab.snapshots()).filter(({ tags }) => tags.includes(`run=run-mati-${round}`));
      expect(made.map(({ id }) => id)).toEqual([again.copies[0]?.snapshotId]);
    }
    expect(outcomes).toContain('lost');
    for (const { id } of await lab.snapshots()) {
      const { record } = await lab.run({ kind: 'verify', repository: lab.place, snapshotId: id });
      expect(record).toMatchObject({ outcome: 'succeeded' });
    }
  }, 300_000);

  it('tells its last words, without a secret', async () => {
    const odd = new SupervisorLab({ entry: ODD_CHILD });
    for (const [how, context] of [
      ['crashes', { signal: 'SIGABRT' }],
      ['leaves', { exitCode: 0 }],
    ] as const) {
      const record = await odd.begin(odd.filesSpec([source], { application: how })).run.record;
      expect(record).toMatchObject({
        outcome: 'lost',
        reason: 'RUN_LOST',
        steps: [{ step: 'store' }],
        error: { context },
      });
      expect(JSON.stringify(record)).toMatch(/cannot log in with|giving up with/);
      expect(JSON.stringify(record)).not.toContain(LAB_PASSWORD);
    }
    odd[Symbol.dispose]();
  });

  it('keeps the end of what it said, and no more', async () => {
    const odd = new SupervisorLab({ entry: ODD_CHILD });
    const record = await odd.begin(odd.filesSpec([source], { application: 'floods-stderr' })).run.record;
    expect(record).toMatchObject({ outcome: 'lost', error: { context: { exitCode: 7 } } });
    const stderr = 'error' in record ? String(record.error.context['stderr']) : '';
    expect(stderr.length).toBeLessThanOrEqual(2000);
    expect(stderr).toMatch(/19999 .*\nthe end\n$/s);
    expect(stderr).not.toContain(LAB_PASSWORD);
    odd[Symbol.dispose]();
  });

  it('takes what it has started with it', async () => {
    const odd = new SupervisorLab({ entry: ODD_CHILD });
    const { run, events } = odd.begin(odd.filesSpec([source], { application: 'has-a-child' }), {
      limits: { graceMs: 100 },
    });
    const told = await untilTold(events, ({ kind }) => kind === 'note');
    const pid = Number(told.kind === 'note' ? told.text : 0);
    expect(isProcessAlive(pid)).toBe(true);
    await systemClock.sleep(1500); // its relatives are looked at once a second
    const [child = 0] = childrenOf(process.pid);
    process.kill(child, 'SIGKILL');
    expect(await run.record).toMatchObject({ outcome: 'lost' });
    expect(isRunning(pid)).toBe(false);
    odd[Symbol.dispose]();
  });
});

/** A zombie that nobody has collected does not run. */
function isRunning(pid: number): boolean {
  return isProcessAlive(pid) && !/^State:\s+Z/m.test(readProc(String(pid), 'status'));
}

describe('a run that does not get on', () => {
  const limits = { stallMs: 1200, graceMs: 300, beatMs: 100 };

  it('is stalled, also while its process beats', async () => {
    const odd = new SupervisorLab({ entry: ODD_CHILD });
    for (const how of ['beats-only', 'blocked']) {
      const { run } = odd.begin(odd.filesSpec([source], { application: how }), { limits });
      expect(await run.record, how).toMatchObject({
        outcome: 'stalled',
        reason: 'RUN_STALLED',
        steps: [{ step: 'store' }],
      });
    }
    odd[Symbol.dispose]();
  });

  it('control: one that works silently is not, until its time is over', async () => {
    const odd = new SupervisorLab({ entry: ODD_CHILD });
    const { run } = odd.begin(odd.filesSpec([source], { application: 'works-silently' }), {
      limits: { ...limits, hardMs: 4000 },
    });
    expect(await run.record).toMatchObject({ outcome: 'failed', reason: 'RUN_TIME_LIMIT' });
    odd[Symbol.dispose]();
  });

  it('is stalled by a source that hangs for ever, and ends cleanly', async () => {
    const server = await hangingServer();
    const place = { url: `postgresql://postgres@127.0.0.1:${server.port}/?connect_timeout=600`, name: 'pusat' };
    const { run } = lab.begin(lab.databasesSpec(place), { limits: { ...limits, graceMs: 20_000 } });
    expect(await run.record).toMatchObject({ outcome: 'stalled', copies: [] });
    expect(locks()).toEqual([]);
    expect(readdirSync(lab.workFolder)).toEqual([]);
    server.close();
  });

  it('is ended when it takes too much memory, or fills its heap', async () => {
    const odd = new SupervisorLab({ entry: ODD_CHILD });
    for (const how of ['fills-memory', 'fills-heap']) {
      const { run } = odd.begin(odd.filesSpec([source], { application: how }), {
        limits: { graceMs: 100, residentBytesMax: 400 * 2 ** 20, heapBytesMax: 64 * 2 ** 20 },
      });
      expect(await run.record, how).toMatchObject({ outcome: 'failed', reason: 'RUN_MEMORY_LIMIT' });
    }
    odd[Symbol.dispose]();
  });

  it('is ended when it talks nonsense', async () => {
    const odd = new SupervisorLab({ entry: ODD_CHILD });
    const { run } = odd.begin(odd.filesSpec([source], { application: 'talks-nonsense' }), { limits });
    expect(await run.record).toMatchObject({ outcome: 'lost' });
    odd[Symbol.dispose]();
  });

  it('has a record when there cannot be a process', async () => {
    const none = new SupervisorLab({ execPath: '/tidak/ada/node' });
    expect(await none.begin(none.filesSpec([source])).run.record).toMatchObject({
      outcome: 'failed',
      reason: 'RUN_NOT_STARTED',
    });
    none[Symbol.dispose]();
  });
});

async function hangingServer(): Promise<{ readonly port: number; close(): void }> {
  const { createServer } = await import('node:net');
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('a run whose supervisor dies', () => {
  it('ends itself cleanly, and gives its lock back', async () => {
    bigSource();
    const script = fileURLToPath(new URL('./testing/dying-supervisor.ts', import.meta.url));
    writeFileSync(lab.path('spec.json'), JSON.stringify({ ...lab.filesSpec([lab.path('besar')]), runId: 'run-yatim' }));
    const supervisor = spawn(process.execPath, [script, lab.folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) =>
      supervisor.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
    );
    expect(locks()).not.toEqual([]);
    expect(isRunning(pid)).toBe(true);
    supervisor.kill('SIGKILL');
    while (isRunning(pid)) await systemClock.sleep(20);
    expect(locks()).toEqual([]);
    expect(readdirSync(lab.workFolder)).toEqual([]);
    expect(existsSync(path.join(lab.address, 'config'))).toBe(true);
    expect(await lab.snapshots()).toEqual([]);
  });
});
