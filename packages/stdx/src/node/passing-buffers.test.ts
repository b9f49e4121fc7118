import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const MODULE = new URL('./passing-buffers.ts', import.meta.url).href;
const MIB = 2 ** 20;

/** How much may be added before V8 looks through its heap again, as it decides after each of the collections of `program`,
 *  which runs in a process of its own. */
function roomsOf(program: string): number[] {
  const flags = ['--expose-gc', '--trace-gc', '--trace-gc-verbose', '--input-type=module'];
  const whole = `import { expectPassingBuffers } from ${JSON.stringify(MODULE)};
    const mark = () => console.log('mark');
    ${program}`;
  const output = execFileSync(process.execPath, [...flags, '--eval', whole], { encoding: 'utf8' });
  const decisions = output.split('mark\n').slice(1);
  return decisions.map((text) => {
    const [, oldKib, limitKib] = /\[HeapController\] Limit: old size: (\d+) KB, new limit: (\d+) KB/.exec(text) ?? [];
    return (Number(limitKib) - Number(oldKib)) * 1024;
  });
}

describe('expectPassingBuffers', () => {
  it('gives buffers room beside a small heap, until nobody expects any', () => {
    const [usual, expected, still, over] = roomsOf(`
      gc(); mark(); gc();
      const room = expectPassingBuffers(); mark(); gc();
      { using more = expectPassingBuffers(); } mark(); gc();
      room[Symbol.dispose](); room[Symbol.dispose](); mark(); gc();`);
    expect(expected).toBeGreaterThan(60 * MIB);
    expect(still).toBeGreaterThan(60 * MIB);
    // What V8 thinks best.
    expect(usual).toBeLessThan(60 * MIB);
    expect(over).toBeLessThan(60 * MIB);
  });

  it('adds less to a heap that has room of its own', () => {
    const [expected] = roomsOf(`
      globalThis.kept = Array.from({ length: 4_000_000 }, (_, nr) => ({ nr }));
      const room = expectPassingBuffers(); gc(); mark(); gc();`);
    expect(expected).toBeLessThan(120 * MIB);
  });
});
