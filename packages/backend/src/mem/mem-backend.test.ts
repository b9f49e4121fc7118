import { describe, expect, it } from 'vitest';
import { CONFORMANCE_LAYOUT, describeBackend, FaultyBackend } from '../testing/index.ts';
import { MemBackend } from './index.ts';

describeBackend('memory', {
  open: async (layout) => ({ backend: new MemBackend({ layout }) }),
});

describeBackend('a faulty backend without faults', {
  open: async (layout) => ({ backend: new FaultyBackend(new MemBackend({ layout })) }),
});

describe('a backend in memory', () => {
  it('is cloned: what happens to the one does not reach the other', async () => {
    const one = new MemBackend({ layout: CONFORMANCE_LAYOUT });
    const file = { folder: 'keys', name: 'a' };
    await one.save(file, [Buffer.from('one')]);
    const other = one.clone();
    await other.save(file, [Buffer.from('other')]);
    await one.save({ folder: '', name: 'config' }, [Buffer.from('c')]);
    expect([...other.files().keys()]).toEqual(['keys/a']);
    expect(String(await one.load(file))).toBe('one');
  });

  it('lets a test put any bytes at any place', async () => {
    const backend = new MemBackend({ layout: CONFORMANCE_LAYOUT });
    backend.put({ folder: 'data', name: 'aa' }, Buffer.from('damaged'));
    expect(String(await backend.load({ folder: 'data', name: 'aa' }))).toBe('damaged');
    expect(backend.files().get('data/aa')?.toString()).toBe('damaged');
  });
});
