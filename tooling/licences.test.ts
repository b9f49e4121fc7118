import { describe, expect, it } from 'vitest';
import { judgeLicences, runtimePlaces } from './licence-rules.ts';

const judge = (licence: string | undefined, isRuntime = true): number =>
  judgeLicences([{ name: 'x', version: '1.0.0', licence, isRuntime }]).length;

describe('licences', () => {
  it.each(['MIT', 'MIT OR GPL-3.0-only', '(MIT AND Apache-2.0)', 'GPL-2.0-only OR (ISC AND BSD-3-Clause)'])(
    'accepts %s',
    (licence) => {
      expect(judge(licence)).toBe(0);
    },
  );
  it.each(['GPL-3.0-only', 'MIT AND AGPL-3.0-only', 'MPL-2.0', 'SEE LICENSE IN x', 'MIT OR', '(MIT', 'MIT ISC', ''])(
    'refuses %s in the product',
    (licence) => {
      expect(judge(licence)).toBe(1);
    },
  );
  it('accepts weak copyleft in tools only', () => {
    expect(judge('MPL-2.0', false)).toBe(0);
    expect(judge('AGPL-3.0-only', false)).toBe(1);
  });
  it('refuses a package that says nothing, in words', () => {
    expect(judgeLicences([{ name: 'x', version: '1.0.0', licence: undefined, isRuntime: false }])).toEqual([
      'x@1.0.0 says no licence: read its files and decide, or do without it.',
    ]);
  });
  it('counts as the product what the rooms depend on, however deep, and not what only tools or other uses of it need', () => {
    const places = runtimePlaces({
      '': {},
      'apps/server': { dependencies: { auth: '1' } },
      'node_modules/auth': {
        dependencies: { crypt: '1' },
        peerDependencies: { sql: '1', runner: '1' },
        peerDependenciesMeta: { runner: { optional: true } },
      },
      'node_modules/auth/node_modules/crypt': {},
      'node_modules/crypt': {},
      'node_modules/sql': { optionalDependencies: { native: '1' } },
      'node_modules/native': {},
      'node_modules/runner': { dependencies: { css: '1' } },
      'node_modules/css': {},
    });
    expect([...places].sort()).toEqual([
      'node_modules/auth',
      'node_modules/auth/node_modules/crypt',
      'node_modules/native',
      'node_modules/sql',
    ]);
  });
});
