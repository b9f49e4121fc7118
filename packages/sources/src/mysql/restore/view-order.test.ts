import { describe, expect, it } from 'vitest';
import type { StoredObject } from './stored-schema.ts';
import { orderViews } from './view-order.ts';

const view = (name: string, ...from: string[]): StoredObject => ({
  kind: 'view',
  name,
  sql: `CREATE VIEW \`${Buffer.from(name).toString('latin1')}\` AS select 1 from ${from.map((each) => `\`${Buffer.from(each).toString('latin1')}\``).join(', ')}`,
});

const order = (...views: StoredObject[]) => orderViews(views).map(({ name }) => name);

describe('orderViews', () => {
  it('puts each behind those it reads from', () => {
    expect(order(view('a', 'b', 'é'), view('b', 'é'), view('c', 't'), view('é', 't'))).toEqual(['é', 'b', 'a', 'c']);
  });

  it('does not loop over names that only look like a circle', () => {
    expect(order(view('a', 'b'), view('b', 'a'), view('c', 'c')).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('takes a chain that no stack would', () => {
    const views = Array.from({ length: 20_000 }, (_, idx) => view(`v${idx}`, `v${idx + 1}`));
    expect(order(...views)[0]).toBe('v19999');
  });
});
