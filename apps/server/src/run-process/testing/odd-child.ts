// A process in the place of a run's, that misbehaves as the application of the job says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

process.on('SIGTERM', () => undefined);
process.on('message', (message: { kind: string; spec?: { application?: string }; secrets?: { value: string }[] }) => {
  if (message.kind === 'start') void misbehave(message.spec?.application ?? '', message.secrets?.[0]?.value ?? '');
});

async function misbehave(how: string, secret: string): Promise<void> {
  const say = (text: unknown): void => {
    process.send?.(text);
  };
  say({ kind: 'event', event: { kind: 'step', step: 'store', at: 1000 } });
  switch (how) {
    case 'beats-only':
      for (;;) {
        say({ kind: 'beat', cpuMs: 1 });
        await delay(50);
      }
    case 'works-silently':
      for (let cpuMs = 0; ; cpuMs += 50) {
        say({ kind: 'beat', cpuMs });
        await delay(50);
      }
    case 'blocked':
      await delay(200); // what was said has left
      for (;;);
    case 'crashes':
      process.stderr.write(`cannot log in with ${secret}\n`);
      await delay(100);
      process.abort();
    // falls through
    case 'leaves':
      process.stderr.write(`giving up with ${secret}\n`);
      await delay(100);
      process.exit(0);
    // falls through
    case 'talks-nonsense':
      say({ kind: 'record', record: { outcome: 'succeeded' } });
      for (;;) await delay(1000);
    case 'floods-stderr':
      for (let nr = 0; nr < 20_000; nr += 1) {
        const isPassed = process.stderr.write(`${nr} ${secret} ${'x'.repeat(100)}\n`);
        if (!isPassed) await once(process.stderr, 'drain');
      }
      await new Promise((resolve) => process.stderr.write('the end\n', resolve));
      process.exit(7);
    // falls through
    case 'fills-memory': {
      const kept: Buffer[] = [];
      for (;;) {
        kept.push(Buffer.alloc(8 * 2 ** 20, kept.length));
        await delay(5);
      }
    }
    // falls through
    case 'fills-heap': {
      const kept: string[][] = [];
      for (;;) kept.push(Array.from({ length: 10_000 }, (_, nr) => `${nr}-${kept.length}`));
    }
    // falls through
    case 'has-a-child': {
      const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
      say({ kind: 'event', event: { kind: 'note', text: String(child.pid) } });
      for (;;) await delay(1000);
    }
    // falls through
    default:
      throw new Error(`no such misbehaviour: ${how}`);
  }
}
