import { describe, expect, it } from 'vitest';
import { parseAssetId, parseSnapshotId, parseStepId } from './ids.ts';

describe('ids', () => {
  it('stand in a path, a log line or a table as they are', () => {
    expect(parseAssetId('db:simpeg_2.prod-1')).toBe('db:simpeg_2.prod-1');
    for (const text of ['', '.hidden', '../up', 'a b', 'a\n', 'a/b', '=1+1', 'é', 'x'.repeat(129)]) {
      expect(() => parseAssetId(text), text).toThrow(expect.objectContaining({ code: 'ID_INVALID' }));
    }
  });

  it('say in the error what they should have been, and show no more than a line of it', () => {
    const long = `?${'x'.repeat(5000)}`;
    expect(() => parseStepId(long)).toThrow(
      expect.objectContaining({ context: { what: 'step', text: long.slice(0, 40) } }),
    );
  });

  it('of snapshots are 64 hexadecimal digits', () => {
    expect(parseSnapshotId('0a'.repeat(32))).toBe('0a'.repeat(32));
    expect(() => parseSnapshotId('0A'.repeat(32))).toThrow(expect.objectContaining({ code: 'ID_INVALID' }));
    expect(() => parseSnapshotId('0a'.repeat(31))).toThrow(expect.objectContaining({ code: 'ID_INVALID' }));
  });
});
