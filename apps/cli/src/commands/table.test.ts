import { describe, expect, it } from 'vitest';
import { paintFor } from '../paint.ts';
import { fakeWorld } from '../testing/fake-world.ts';
import { displayWidth } from '../text-width.ts';
import { formatFacts } from './facts.ts';
import { formatTable, type TableColumn } from './table.ts';

interface Row {
  readonly id: string;
  readonly size: string;
  readonly paths: readonly string[];
}

const COLUMNS: readonly TableColumn<Row>[] = [
  { title: 'ID', cell: ({ id }) => [id] },
  { title: 'Size', align: 'right', cell: ({ size }) => [size] },
  { title: 'Paths', cell: ({ paths }) => paths },
];

const ROWS: readonly Row[] = [
  { id: 'a1', size: '1 B', paths: ['/srv', '/etc'] },
  { id: 'berkas-漢字', size: '12.5 MiB', paths: ['/home/🙂'] },
];

describe('formatTable', () => {
  it('aligns columns by what a terminal shows, and puts further lines of a cell below it', () => {
    expect(formatTable(COLUMNS, ROWS)).toBe(
      [
        'ID               Size  Paths',
        '─'.repeat(31),
        'a1                1 B  /srv',
        '                       /etc',
        'berkas-漢字  12.5 MiB  /home/🙂',
      ].join('\n'),
    );
  });

  it('shows titles alone where there is no row', () => {
    expect(formatTable(COLUMNS, [])).toBe('ID  Size  Paths\n───────────────');
  });

  it.each([40, 80, 200])('draws no rule that %i columns would break', (columns) => {
    const wide = [{ id: 'a', size: '1 B', paths: ['/x'.repeat(150)] }];
    const world = fakeWorld({ folder: '/', columns });
    const rule = formatTable(COLUMNS, wide, { columns, paint: paintFor(world.stdout, () => 'x') }).split('\n')[1] ?? '';
    expect(displayWidth(rule)).toBe(columns);
  });

  it('never ends a line with blanks', () => {
    const lines = formatTable(COLUMNS, [{ id: 'a', size: '', paths: [] }]).split('\n');
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  it('makes titles stand out on a terminal, and nowhere else', () => {
    const on = { folder: '/', columns: 80 };
    const painted = paintFor(fakeWorld(on).stdout, () => undefined);
    expect(formatTable(COLUMNS, ROWS, { columns: 80, paint: painted })).toContain('\x1b[1m');
    for (const paint of [
      paintFor(fakeWorld({ folder: '/' }).stdout, () => undefined),
      paintFor(fakeWorld(on).stdout, (name) => (name === 'NO_COLOR' ? '1' : undefined)),
      paintFor(fakeWorld(on).stdout, (name) => (name === 'TERM' ? 'dumb' : undefined)),
    ]) {
      expect(formatTable(COLUMNS, ROWS, { columns: 80, paint })).not.toContain('\x1b');
    }
  });
});

describe('formatFacts', () => {
  it('puts values under each other', () => {
    expect(
      formatFacts([
        ['ID', '1'],
        ['漢字漢', '2'],
      ]),
    ).toBe('ID      1\n漢字漢  2');
  });
});
