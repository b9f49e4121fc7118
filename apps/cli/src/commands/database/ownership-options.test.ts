import type { DatabaseEngine } from '@lumbung/runner/databases';
import { describe, expect, it } from 'vitest';
import { OptionBag } from '../../option-bag.ts';
import { ownershipOf } from './ownership-options.ts';

const NAMES = ['owner', 'noOwner', 'mapRole', 'createRoles'];

function ownership(values: Readonly<Record<string, unknown>>, engine: DatabaseEngine = 'postgresql') {
  return ownershipOf(new OptionBag(values, NAMES), engine);
}

describe('whose everything is after a restore', () => {
  it('is whose it was, when nothing was said', () => {
    expect(ownership({})).toEqual({ ownership: { kind: 'keep' } });
    expect(ownership({ createRoles: true })).toEqual({ ownership: { kind: 'keep' }, createRoles: true });
  });

  it('is of one role, or of whoever restores', () => {
    expect(ownership({ owner: 'app' })).toEqual({ ownership: { kind: 'one', role: 'app' } });
    expect(ownership({ noOwner: true })).toEqual({ ownership: { kind: 'restorer' } });
  });

  it.each<[readonly string[], Readonly<Record<string, string>>]>([
    [['lama=baru'], { lama: 'baru' }],
    [['lama=baru', 'Ünï 読=x y'], { lama: 'baru', 'Ünï 読': 'x y' }],
    [['app@%=new@localhost'], { 'app@%': 'new@localhost' }],
    [['"a=b"=c'], { 'a=b': 'c' }],
    [['"say ""hi"""="x=y"'], { 'say "hi"': 'x=y' }],
    [['a=b=c'], { a: 'b=c' }],
    [[`x'y=--no-owner`], { "x'y": '--no-owner' }],
    [
      ['__proto__=a', 'constructor=b'],
      Object.fromEntries([
        ['__proto__', 'a'],
        ['constructor', 'b'],
      ]),
    ],
  ])('is by the names in %j', (mapRole, roles) => {
    expect(ownership({ mapRole })).toEqual({ ownership: { kind: 'map', roles } });
  });

  it.each([
    [['lama']],
    [['=baru']],
    [['lama=']],
    [['""=a']],
    [['"lama=baru']],
    [['"a"b=c']],
    [['a="b"c']],
    [['a=b', 'a=c']],
  ])('is not by what is no map: %j', (mapRole) => {
    expect(() => ownership({ mapRole })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  it.each([
    { owner: 'a', mapRole: ['b=c'] },
    { noOwner: true, mapRole: ['b=c'] },
  ])('is said in one way only: %j', (values) => {
    expect(() => ownership(values)).toThrow(expect.objectContaining({ code: 'OPTIONS_CONFLICT' }));
  });

  it.each<[DatabaseEngine, Readonly<Record<string, unknown>>]>([
    ['mariadb', { createRoles: true }],
    ['mysql', { createRoles: true }],
    ['sqlite', { mapRole: ['a=b'] }],
    ['sqlite', { owner: 'a' }],
    ['redis', { noOwner: true }],
  ])('is refused where %s has nothing like it: %j', (engine, values) => {
    expect(() => ownership(values, engine)).toThrow(expect.objectContaining({ code: 'DB_OPTION_UNSUPPORTED' }));
  });
});
