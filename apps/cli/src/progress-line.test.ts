import { beforeAll, describe, expect, it } from 'vitest';
import { Output } from './output.ts';
import { ProgressLine } from './progress-line.ts';
import { fakeWorld } from './testing/fake-world.ts';
import { displayWidth } from './text-width.ts';
import { loadTexts, type Texts } from './texts/texts.ts';

let english: Texts;
let indonesian: Texts;

beforeAll(async () => {
  english = await loadTexts('en');
  indonesian = await loadTexts('id');
});

/** A clock that the test turns. */
function handClock() {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async () => {},
    turn: (ms: number) => {
      nowMs += ms;
    },
  };
}

function setUp(options: { columns?: number; verbosity?: number; isJson?: boolean; texts?: Texts } = {}) {
  const { columns, verbosity = 0, isJson = false, texts = english } = options;
  const clock = handClock();
  const world = fakeWorld({ folder: '/', ...(columns === undefined ? {} : { columns }) });
  const line = new ProgressLine(new Output(world, { isJson, verbosity }), texts, clock);
  return { clock, world, line };
}

/** What was drawn, without what moves the cursor. */
function drawn(text: string): string[] {
  return text
    .replace(/\x1b\[[0-9;]*m/g, '')
    .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '\n')
    .split(/[\r\n]+/)
    .filter((part) => part.trim() !== '');
}

const HALF = { text: '12 files, 1.5 GiB', done: 1.5 * 2 ** 30, total: 3 * 2 ** 30, isBytes: true };

describe('progress on a terminal', () => {
  it('says how far it is, how fast, and how long it will take', () => {
    const { clock, world, line } = setUp({ columns: 120 });
    clock.turn(10_000);
    line.show(HALF);
    line.clear();
    expect(drawn(world.stderr.text)[0]).toBe(' 50 %  ████████░░░░░░░░  12 files, 1.5 GiB   154 MiB/s   0:10 left');
  });

  it('says it in Indonesian', () => {
    const { clock, world, line } = setUp({ columns: 120, texts: indonesian });
    clock.turn(10_000);
    line.show(HALF);
    line.clear();
    expect(drawn(world.stderr.text)[0]).toContain('sisa 0:10');
  });

  it.each([20, 40, 80, 200])('fits into %i columns, with names of any width', (columns) => {
    const { clock, world, line } = setUp({ columns });
    for (const item of [
      '/srv/漢字漢字漢字漢字漢字漢字漢字漢字/データ.txt',
      `/a/${'🙂'.repeat(60)}`,
      `/${'x'.repeat(300)}`,
    ]) {
      clock.turn(5_000);
      line.show({ ...HALF, item });
    }
    line.clear();
    const lines = drawn(world.stderr.text);
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((each) => displayWidth(each) >= Math.max(columns, 21))).toEqual([]);
  });

  it('shows the end of a long path: it says more than the beginning', () => {
    const { clock, world, line } = setUp({ columns: 40 });
    clock.turn(5_000);
    line.show({ ...HALF, item: '/srv/www/a/very/long/way/to/the/file-at-the-end.txt' });
    line.clear();
    expect(drawn(world.stderr.text).at(-1)).toMatch(/^ {7}….*file-at-the-end\.txt$/);
  });

  it('draws ten times a second at most', () => {
    const { clock, world, line } = setUp({ columns: 80 });
    line.show({ text: 'first' });
    const before = world.stderr.text;
    clock.turn(50);
    line.show({ text: 'second' });
    expect(world.stderr.text).toBe(before);
    clock.turn(60);
    line.show({ text: 'third' });
    expect(world.stderr.text).toContain('third');
    line.clear();
  });

  it('claims 100 % only when all is done, and no more than that', () => {
    const { clock, world, line } = setUp({ columns: 80 });
    // What is the same as before is not drawn again.
    for (const done of [999_999, 1_000_000, 1_200_000]) {
      clock.turn(1_000);
      line.show({ text: 'x', done, total: 1_000_000 });
    }
    line.clear();
    const percents = drawn(world.stderr.text).flatMap((each) => /^\s*(\d+) %/.exec(each)?.[1] ?? []);
    expect(percents).toEqual(['99', '100']);
  });

  it('shows the time that went by where the whole is not known', () => {
    const { clock, world, line } = setUp({ columns: 80 });
    clock.turn(65_000);
    line.show({ text: '3 files' });
    line.clear();
    expect(drawn(world.stderr.text)[0]).toBe(' 1:05  3 files');
  });

  it('gives the cursor back', () => {
    const { world, line } = setUp({ columns: 80 });
    line.show({ text: 'x' });
    line[Symbol.dispose]();
    expect(world.stderr.text.lastIndexOf('\x1b[?25h')).toBeGreaterThan(world.stderr.text.lastIndexOf('\x1b[?25l'));
  });
});

describe('progress without a terminal', () => {
  it('is a plain line every half minute, oftener for those who want more', () => {
    for (const [verbosity, wanted] of [
      [0, 2],
      [1, 12],
    ] as const) {
      const { clock, world, line } = setUp({ verbosity });
      for (let second = 0; second < 60; second += 1) {
        clock.turn(1_000);
        line.show(HALF);
      }
      const lines = world.stderr.text.trimEnd().split('\n');
      expect(lines).toHaveLength(wanted);
      expect(lines[0]).toMatch(/^\[0:\d\d\] {2}50 % {2}12 files, 1\.5 GiB {2}[\d.]+ [KMG]iB\/s$/);
      expect(world.stdout.text).toBe('');
    }
  });

  it.each([{ isJson: true }, { verbosity: -1 }])('is silent with %j', (how) => {
    for (const columns of [{}, { columns: 80 }]) {
      const { clock, world, line } = setUp({ ...how, ...columns });
      clock.turn(100_000);
      line.show(HALF);
      line.clear();
      expect(world.stderr.text + world.stdout.text).toBe('');
    }
  });
});
