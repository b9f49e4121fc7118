import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goModeOf, permissionString, posixModeOf } from './go-mode.ts';

describe('modes', () => {
  it.each([
    [0o100644, 420, '-rw-r--r--'],
    [0o100000, 0, '----------'],
    [0o106755, 12_583_405, 'ugrwxr-xr-x'],
    [0o104755, 8_389_101, 'urwxr-xr-x'],
    [0o040755, 2_147_484_141, 'drwxr-xr-x'],
    [0o041777, 2_148_532_735, 'dtrwxrwxrwx'],
    [0o120777, 134_218_239, 'Lrwxrwxrwx'],
    [0o010644, 33_554_852, 'prw-r--r--'],
    [0o020644, 69_206_436, 'Dcrw-r--r--'],
    [0o060644, 67_109_284, 'Drw-r--r--'],
    [0o140755, 16_777_709, 'Srwxr-xr-x'],
    [0o000644, 524_708, '?rw-r--r--'],
  ])('st_mode %o is %d, shown as %s', (stMode, goMode, shown) => {
    expect(goModeOf(stMode)).toBe(goMode);
    expect(permissionString(goMode)).toBe(shown);
    expect(posixModeOf(goMode)).toBe(stMode & 0o7777);
  });

  it('bits for chmod survive the way through', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0o100000, 0o040000, 0o120000),
        fc.integer({ min: 0, max: 0o7777 }),
        (format, bits) => {
          expect(posixModeOf(goModeOf(format | bits))).toBe(bits);
        },
      ),
    );
  });

  it('of any number are nothing that chmod does not take', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (goMode) => {
        expect(posixModeOf(goMode) & ~0o7777).toBe(0);
      }),
    );
  });
});
