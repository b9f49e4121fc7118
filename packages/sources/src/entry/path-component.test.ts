import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeComponent, uniqueComponents } from './path-component.ts';

const SAFE = /^[A-Za-z0-9_%~-]{1,200}$/;

describe('encodeComponent', () => {
  it.each([
    ['surat_masuk', 'surat_masuk'],
    ['a b', 'a%20b'],
    ['-rf', '-rf'],
    ['Ünï', '%C3%9Cn%C3%AF'],
    ['x"y', 'x%22y'],
    ['we`ird', 'we%60ird'],
    ['new\nline', 'new%0Aline'],
    ['a/b', 'a%2Fb'],
    ['100%', '100%25'],
    ['user~1', 'user%7E1'],
    ['.', '%2E'],
    ['..', '%2E%2E'],
    ['\0', '%00'],
    ['', '%'],
    ['con', '%63on'],
    ['NUL', '%4EUL'],
    ['lpt1', '%6Cpt1'],
    ['console', 'console'],
  ])('writes %j as %s', (name, expected) => {
    expect(encodeComponent(name)).toBe(expected);
  });

  it('shortens a long name to a prefix and a hash of the whole, never within a percent code', () => {
    for (let lead = 0; lead < 3; lead++) {
      const component = encodeComponent('a'.repeat(lead) + 'é'.repeat(500));
      expect(component.length).toBeLessThanOrEqual(200);
      expect(component).toMatch(/^a*(?:%[0-9A-F]{2})+~[0-9a-f]{16}$/);
    }
    expect(encodeComponent(`${'x'.repeat(300)}1`)).not.toBe(encodeComponent(`${'x'.repeat(300)}2`));
    expect(encodeComponent('x'.repeat(200))).toBe('x'.repeat(200));
  });

  it('fuzz: is safe on every file system, and differs when names do', () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary', maxLength: 400 }));
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(encodeComponent(one)).toMatch(SAFE);
        if (one !== other) expect(encodeComponent(one)).not.toBe(encodeComponent(other));
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('uniqueComponents', () => {
  it('marks names that differ by case alone', () => {
    expect([...uniqueComponents(['user', 'User', 'USER', 'other'])]).toEqual([
      ['USER', 'USER'],
      ['User', 'User~1'],
      ['other', 'other'],
      ['user', 'user~2'],
    ]);
  });

  it('keeps names apart that have no UTF-8 form of their own', () => {
    const components = uniqueComponents(['\uD800', '\uDBFF', '\uFFFD']);
    expect(new Set(components.values()).size).toBe(3);
  });

  it('does not take the mark of one name for another name', () => {
    const components = [...uniqueComponents(['a', 'A', 'a~1', 'A~1']).values()];
    expect(new Set(components.map((each) => each.toLowerCase())).size).toBe(4);
  });

  it('fuzz: no two are equal where case does not count, whatever the order they came in', () => {
    // Few letters, so that most sets collide.
    const names = fc.array(
      fc.string({ unit: fc.constantFrom('a', 'A', '~', '1', '\uD800', '\uDFFF', ''), maxLength: 4 }),
    );
    fc.assert(
      fc.property(names, (list) => {
        const components = uniqueComponents(list);
        expect(new Set([...components.values()].map((each) => each.toLowerCase())).size).toBe(new Set(list).size);
        expect([...uniqueComponents(list.toReversed())]).toEqual([...components]);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
