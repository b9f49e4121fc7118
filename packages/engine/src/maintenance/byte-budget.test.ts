import { describe, expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

describe('ByteBudget', () => {
  it('never lets more through than fits, but for one that is too large by itself', async () => {
    const budget = new ByteBudget(100);
    let used = 0;
    let usedMax = 0;
    const tasks = [60, 50, 40, 300, 10, 100, 1].map((bytes) =>
      budget.run(bytes, async () => {
        used += bytes;
        usedMax = Math.max(usedMax, used);
        expect(used <= 100 || used === 300).toBe(true);
        await Promise.resolve();
        await Promise.resolve();
        used -= bytes;
        return bytes;
      }),
    );
    expect(await Promise.all(tasks)).toEqual([60, 50, 40, 300, 10, 100, 1]);
    expect(usedMax).toBe(300);
  });

  it('keeps the order, so that something large is not overtaken for ever', async () => {
    const budget = new ByteBudget(10);
    const order: number[] = [];
    await Promise.all(
      [9, 8, 1].map((bytes) =>
        budget.run(bytes, async () => {
          order.push(bytes);
        }),
      ),
    );
    expect(order).toEqual([9, 8, 1]);
  });

  it('frees what a failure held', async () => {
    const budget = new ByteBudget(10);
    await expect(budget.run(10, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await budget.run(10, async () => 'yes')).toBe('yes');
  });
});
