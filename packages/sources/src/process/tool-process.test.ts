import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { isLumbungError } from '@lumbung/stdx';
import { isProcessAlive, systemClock } from '@lumbung/stdx/node';
import { afterAll, describe, expect, it } from 'vitest';
import { HandClock } from '../testing/hand-clock.ts';
import { runTool } from './run-tool.ts';
import { Secret } from './secret.ts';
import type { RunControl, Tool, ToolCall } from './tool-call.ts';
import { ToolProcess } from './tool-process.ts';

const folder = mkdtempSync('/tmp/lumbung-process-');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function control(changes: Partial<RunControl> = {}): RunControl {
  const never = new AbortController().signal;
  return { signal: never, clock: new HandClock(), stallMs: 300_000, hardMs: Number.POSITIVE_INFINITY, ...changes };
}

function tool(name: string, script: string): Tool {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/bash\n${script}\n`);
  chmodSync(file, 0o700);
  return { name, path: file, packageName: 'toys' };
}

function call(script: string, changes: Partial<ToolCall> = {}): ToolCall {
  return { tool: tool(`tool-${++calls}`, script), args: [], homeFolder: folder, ...changes };
}
let calls = 0;

async function read(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The pid that a script printed as its first line. */
async function firstLine(stream: Readable): Promise<string> {
  let text = '';
  while (!text.includes('\n')) {
    const chunk: unknown = stream.read();
    if (Buffer.isBuffer(chunk)) text += chunk.toString();
    else await new Promise((resolve) => stream.once('readable', resolve));
  }
  return text.slice(0, text.indexOf('\n'));
}

/** Waits until a process has ended; whether somebody has collected it does not matter. */
async function gone(pid: number): Promise<void> {
  const isThere = () => {
    try {
      return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    } catch {
      return false;
    }
  };
  while (isThere()) await systemClock.sleep(5);
}

describe('a tool that does what it should', () => {
  it('gives its output, which ends after the process has', async () => {
    const child = new ToolProcess(call('echo one; echo two >&2; printf three'), control());
    expect(await read(child.stdout)).toBe('one\nthree');
    await child.done;
    expect(child.stderr()).toBe('two\n');
  });

  it('is waited for though nobody reads its output', async () => {
    const child = new ToolProcess(call('printf small'), control());
    await child.done;
    expect(await read(child.stdout)).toBe('small');
  });

  it('passes more than any buffer holds, in both directions, at the pace of a slow reader', async () => {
    const block = Buffer.alloc(64 * 1024, 7);
    async function* input() {
      for (let i = 0; i < 64; i++) yield block;
    }
    const child = new ToolProcess(call('cat', { input: input() }), control());
    let bytes = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await child.done;
    expect(bytes).toBe(64 * block.length);
  });

  it('finds next to nothing in its environment, no shell and an empty input', async () => {
    const { stdout } = await runTool(
      call('env; cat; echo "$1"', { args: ['$(id); `id`'], env: { PGAPPNAME: 'x' } }),
      control(),
    );
    const lines = stdout.toString().trim().split('\n');
    expect(lines).toContain('$(id); `id`');
    const names = lines.filter((line) => line.includes('=')).map((line) => line.split('=')[0]);
    // The last three are of bash itself.
    expect(names.sort()).toEqual(['HOME', 'LC_ALL', 'PATH', 'PGAPPNAME', 'PWD', 'SHLVL', 'TZ', '_']);
    expect(stdout.toString()).toContain('LC_ALL=C.UTF-8\n');
    expect(stdout.toString()).toContain(`HOME=${folder}\n`);
  });

  it('reads an inherited text from /dev/fd/3, more than once, and leaves no file behind', async () => {
    const script = 'cat /dev/fd/3 /dev/fd/3; readlink /proc/self/fd/3';
    const { stdout } = await runTool(call(script, { inheritedText: new Secret('täxt\n') }), control());
    const [first, second, place = ''] = stdout.toString().trim().split('\n');
    expect([first, second]).toEqual(['täxt', 'täxt']);
    expect(place).toMatch(/ \(deleted\)$/);
    expect(existsSync(path.dirname(place.replace(' (deleted)', '')))).toBe(false);
  });
});

describe('a tool that fails', () => {
  const failures: readonly (readonly [string, string, string])[] = [
    ['exits with a code after all its output', 'printf "whole output"; exit 3', 'DB_TOOL_FAILED'],
    ['exits with a code after half of it', 'printf half; exit 2', 'DB_TOOL_FAILED'],
    ['is killed', 'printf half; kill -KILL $$', 'DB_TOOL_KILLED'],
    ['is terminated', 'printf half; kill -TERM $$', 'DB_TOOL_KILLED'],
    ['crashes', 'printf half; kill -SEGV $$', 'DB_TOOL_KILLED'],
  ];
  it.each(failures)('%s: the output ends in the same error', async (_title, script, code) => {
    const child = new ToolProcess(call(script), control());
    await expect(read(child.stdout)).rejects.toMatchObject({ code });
    await expect(child.done).rejects.toMatchObject({ code });
  });

  it('says what it said, and its exit code', async () => {
    const child = new ToolProcess(call('echo "table is gone" >&2; exit 7'), control());
    await expect(child.done).rejects.toMatchObject({
      code: 'DB_TOOL_FAILED',
      context: { exitCode: 7, said: 'table is gone' },
    });
  });

  it('is missing: names the package', async () => {
    const missing = { name: 'pg_dump', path: path.join(folder, 'none'), packageName: 'postgresql-client-15' };
    const child = new ToolProcess({ tool: missing, args: [], homeFolder: folder }, control());
    await expect(child.done).rejects.toMatchObject({
      code: 'DB_TOOL_MISSING',
      context: { tool: 'pg_dump', package: 'postgresql-client-15' },
    });
    await expect(read(child.stdout)).rejects.toMatchObject({ code: 'DB_TOOL_MISSING' });
  });

  it('is missing while input is fed to it', async () => {
    const missing = { name: 'psql', path: path.join(folder, 'none'), packageName: 'toys' };
    const input = Readable.from([Buffer.alloc(1 << 20)]);
    const child = new ToolProcess({ tool: missing, args: [], homeFolder: folder, input }, control());
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_MISSING' });
  });

  it('is no program', async () => {
    const file = path.join(folder, 'text');
    writeFileSync(file, 'text', { mode: 0o600 });
    const child = new ToolProcess(
      { tool: { name: 'text', path: file, packageName: 'toys' }, args: [], homeFolder: folder },
      control(),
    );
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_UNUSABLE', context: { errno: 'EACCES' } });
  });

  it('cannot be given an argument with a NUL, which the error does not quote', () => {
    const start = () => new ToolProcess(call('true', { args: ['hidden\0'] }), control());
    expect(start).toThrow(expect.objectContaining({ code: 'DB_TOOL_UNUSABLE' }));
    expect(start).not.toThrow(/hidden/);
  });

  it('closes its input early: its own words, not a broken pipe', async () => {
    const input = Readable.from(
      (function* () {
        for (let i = 0; i < 100; i++) yield Buffer.alloc(64 * 1024);
      })(),
    );
    const child = new ToolProcess(call('echo "bad command" >&2; exit 1', { input }), control());
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_FAILED', context: { said: 'bad command' } });
  });

  it('says success without having read its input', async () => {
    const input = Readable.from(
      (function* () {
        for (let i = 0; i < 100; i++) yield Buffer.alloc(64 * 1024);
      })(),
    );
    const child = new ToolProcess(call('head -c 10 >/dev/null; exit 0', { input }), control());
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_INPUT_UNREAD' });
  });

  it('may leave of its input what it does not need, when that is said', async () => {
    const input = Readable.from([Buffer.alloc(4 * 2 ** 20)]);
    const leaves = call('head -c 10 >/dev/null; exit 0', { input, inputNeeded: 'some' });
    await expect(new ToolProcess(leaves, control()).done).resolves.toBeUndefined();
  });

  it('ends while its input never comes', async () => {
    const child = new ToolProcess(call('exit 0', { input: new Readable({ read: () => undefined }) }), control());
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_INPUT_UNREAD' });
  });

  it('is ended when its input fails, and the input is to blame', async () => {
    async function* input() {
      yield Buffer.from('half');
      throw new Error('the tree is damaged');
    }
    const child = new ToolProcess(call('cat >/dev/null; exit 0', { input: input() }), control());
    await expect(child.done).rejects.toThrow('the tree is damaged');
  });

  it('fills its standard error: the end is kept, in whole lines', async () => {
    const child = new ToolProcess(
      call('for i in {1..9000}; do echo "line $i of the long complaint of a tool" ; done >&2; exit 1'),
      control(),
    );
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_FAILED' });
    expect(child.stderr().length).toBeLessThanOrEqual(256 * 1024);
    expect(child.stderr()).toMatch(/^line \d+ of the long complaint/);
    expect(child.stderr()).toMatch(/line 9000 of the long complaint of a tool\n$/);
  });

  it('says more than the caller can take', async () => {
    await expect(runTool(call('yes'), control(), 100_000)).rejects.toMatchObject({ code: 'DB_TOOL_OUTPUT_TOO_LARGE' });
  });
});

describe('the end of a tool that does not end', () => {
  it('an abort ends its whole group, and its reason is thrown', async () => {
    const abort = new AbortController();
    const child = new ToolProcess(call('sleep 1000 & echo $!; wait'), control({ signal: abort.signal }));
    const grandchild = Number(await firstLine(child.stdout));
    expect(isProcessAlive(grandchild)).toBe(true);
    abort.abort(new Error('cancelled by a person'));
    await expect(child.done).rejects.toThrow('cancelled by a person');
    await gone(grandchild);
  });

  it('an abort before the start starts nothing', () => {
    const signal = AbortSignal.abort(new Error('too late'));
    expect(() => new ToolProcess(call('touch started'), control({ signal }))).toThrow('too late');
  });

  it('one that ignores being asked is killed after ten seconds, with its group', async () => {
    const clock = new HandClock();
    const abort = new AbortController();
    const script = `trap '' TERM; sleep 1000 & echo $!; while :; do wait; done`;
    const child = new ToolProcess(call(script), control({ clock, signal: abort.signal }));
    const grandchild = Number(await firstLine(child.stdout));
    abort.abort();
    await clock.pass(10_000);
    await expect(child.done).rejects.toThrow('aborted');
    await gone(grandchild);
  });

  it('one whose descendant left the group and holds the output is given up all the same', async () => {
    const clock = new HandClock();
    const abort = new AbortController();
    // It says who it is when it is in a session of its own.
    const script = `setsid bash -c 'echo $$; exec sleep 1000' & exit 0`;
    const child = new ToolProcess(call(script), control({ clock, signal: abort.signal }));
    const stray = Number(await firstLine(child.stdout));
    try {
      abort.abort();
      await clock.pass(10_000);
      await clock.pass(10_000);
      await expect(child.done).rejects.toThrow('aborted');
    } finally {
      process.kill(stray);
    }
  });

  it('one that stands still is ended after the stall time', async () => {
    const clock = new HandClock();
    const child = new ToolProcess(call('printf half; sleep 1000'), control({ clock }));
    child.stdout.resume();
    await clock.pass(300_000);
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_STALLED' });
  });

  it('one that is stopped is ended too', async () => {
    const clock = new HandClock();
    const child = new ToolProcess(call('kill -STOP $$'), control({ clock }));
    // Asked to end before it has stopped, it would end at once.
    const isStopped = () => / T /.test(readFileSync(`/proc/${child.pid}/stat`, 'utf8'));
    while (!isStopped()) await systemClock.sleep(1);
    await clock.pass(300_000);
    await clock.pass(10_000);
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_STALLED' });
  });

  it('one whose output nobody takes is ended, and says so', async () => {
    const clock = new HandClock();
    const child = new ToolProcess(call('yes'), control({ clock }));
    while (child.stdout.readableLength < 256 * 1024) await systemClock.sleep(1);
    await clock.pass(300_000);
    await expect(child.done).rejects.toThrow('nobody took');
  });

  it('one that waits for a busy server is not ended; one whose server cannot be asked is', async () => {
    const clock = new HandClock();
    const answers = [true, true, new Error('the server is gone')];
    const isServerBusy = async () => {
      const answer = answers.shift();
      if (answer === true) return true;
      throw answer;
    };
    const child = new ToolProcess(call('sleep 1000'), control({ clock, isServerBusy }));
    for (let i = 0; i < 3; i++) await clock.pass(300_000);
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_STALLED' });
    expect(answers).toEqual([]);
  });

  it('one whose server does not answer whether it is busy is ended', async () => {
    const clock = new HandClock();
    const isServerBusy = () => new Promise<boolean>(() => undefined);
    const child = new ToolProcess(call('sleep 1000'), control({ clock, isServerBusy }));
    await clock.pass(300_000);
    await clock.pass(30_000);
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_STALLED' });
  });

  it('one that is said to work is not ended', async () => {
    const clock = new HandClock();
    const input = new PassThrough();
    const child = new ToolProcess(call(`trap 'exit 9' TERM; read -r _`, { input }), control({ clock }));
    clock.move(200_000);
    child.touch();
    await clock.pass(100_000);
    input.end('go\n');
    await child.done;
  });

  it('one that takes too long is ended, however busy', async () => {
    const clock = new HandClock();
    const child = new ToolProcess(call('yes'), control({ clock, hardMs: 60_000, stallMs: Number.POSITIVE_INFINITY }));
    child.stdout.resume();
    await clock.pass(60_000);
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_TIMEOUT', context: { limitSeconds: 60 } });
  });

  it('leaving the output early ends it', async () => {
    const child = new ToolProcess(call('echo $$; yes'), control());
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await expect(child.done).rejects.toMatchObject({ code: 'DB_TOOL_ABANDONED' });
  });

  it('sends a signal to the program alone', async () => {
    const child = new ToolProcess(
      call(`trap 'echo stopped; exit 0' INT; echo ready; while :; do sleep 0.01; done`),
      control(),
    );
    await firstLine(child.stdout);
    child.send('SIGINT');
    expect(await read(child.stdout)).toBe('stopped\n');
    await child.done;
  });
});

describe('secrets', () => {
  const password = new Secret('p"a\'\\ $(id);é:%&#`\t!');

  it('stand neither in the arguments nor in the environment of any process while the tool has them', async () => {
    const script = 'cat /dev/fd/3 >/dev/null; sleep 1000 & echo $!; wait';
    const abort = new AbortController();
    const child = new ToolProcess(
      call(script, { args: ['--defaults-extra-file=/dev/fd/3'], inheritedText: password, secrets: [password] }),
      control({ signal: abort.signal }),
    );
    const grandchild = await firstLine(child.stdout);
    const seen = [String(child.pid), grandchild].flatMap((pid) =>
      ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')),
    );
    abort.abort();
    await expect(child.done).rejects.toThrow();
    // The control: what is passed openly is seen.
    expect(seen[0]).toContain('--defaults-extra-file');
    expect(seen[1]).toContain('LC_ALL');
    expect(seen.some((text) => text.includes('p"a') || text.includes('(id)'))).toBe(false);
  });

  it('are masked in what the tool says, in every form', async () => {
    const script = 'cat /dev/fd/3 >&2; exit 1';
    const said = new Secret(`login with ${password.reveal()} and ${encodeURIComponent(password.reveal())} failed`);
    const child = new ToolProcess(call(script, { inheritedText: said, secrets: [password] }), control());
    const error: unknown = await child.done.catch((reason: unknown) => reason);
    expect(isLumbungError(error, 'DB_TOOL_FAILED')).toBe(true);
    expect(String(error)).toContain('login with *** and *** failed');
    expect(JSON.stringify(error)).not.toContain('$(id)');
  });
});
