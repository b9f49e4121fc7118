import { describe, expect, it } from 'vitest';
import {
  idBytes,
  idHex,
  isIdText,
  parseBlobId,
  parseIndexId,
  parseKeyId,
  parseLockId,
  parsePackId,
  parseSnapshotId,
  shortId,
} from './ids.ts';

const ID = '0123456789abcdef'.repeat(4);

describe('ids', () => {
  it.each([parseBlobId, parsePackId, parseSnapshotId, parseIndexId, parseKeyId, parseLockId])(
    'are 64 hex digits',
    (parse) => {
      expect(parse(ID)).toBe(ID);
    },
  );

  it.each(['', ID.slice(1), `${ID}0`, ID.toUpperCase(), `${ID.slice(1)}g`, `${ID}\n`, `x${ID}`])(
    'refuse %j',
    (text) => {
      expect(isIdText(text)).toBe(false);
      expect(() => parseBlobId(text)).toThrow(expect.objectContaining({ code: 'ID_INVALID', kind: 'operator' }));
    },
  );

  it('do not show a long text that is none', () => {
    expect(() => parseBlobId('f'.repeat(1_000_000))).toThrow(/^.{0,120}$/);
  });

  it('are bytes and hex', () => {
    const bytes = Buffer.concat([Buffer.of(0xff), idBytes(ID), Buffer.of(0xff)]);
    expect(idHex(bytes, 1)).toBe(ID);
    expect(idHex(bytes.subarray(1))).toBe(ID);
    expect(shortId(ID)).toBe('01234567');
  });
});
