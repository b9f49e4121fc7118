import { describe, expect, it } from 'vitest';
import { missingEntries } from './lockfile-rules.ts';

const tool = (...names: string[]) => ({
  version: '2.0.0',
  dev: true,
  optionalDependencies: Object.fromEntries(names.map((name) => [name, '2.0.0'])),
});

describe('a lockfile made at a registry with gaps', () => {
  it('is complete when every optional package is there, at the top or beside the one that wants it', () => {
    const packages = {
      'node_modules/a': tool('@a/linux-x64', '@a/win32-x64'),
      'node_modules/@a/linux-x64': { version: '2.0.0' },
      'node_modules/a/node_modules/@a/win32-x64': { version: '2.0.0' },
    };
    expect(missingEntries(packages)).toEqual({});
  });

  it('gains an entry for a machine that Lumbung is not built for', () => {
    expect(missingEntries({ 'node_modules/a': tool('@a/cli-linux-arm64-musl') })).toEqual({
      'node_modules/@a/cli-linux-arm64-musl': {
        version: '2.0.0',
        cpu: ['arm64'],
        dev: true,
        libc: ['musl'],
        optional: true,
        os: ['linux'],
      },
    });
  });

  it('gains one beside its package when another version stands at the top', () => {
    const packages = {
      'node_modules/a': tool('@a/win32-x64'),
      'node_modules/b/node_modules/a': {
        ...tool(),
        version: '1.0.0',
        optionalDependencies: { '@a/win32-x64': '1.0.0' },
      },
      'node_modules/@a/win32-x64': { version: '2.0.0' },
    };
    expect(Object.keys(missingEntries(packages))).toEqual(['node_modules/b/node_modules/a/node_modules/@a/win32-x64']);
  });

  it('is refused when a package for our own machines is missing, or one that could be for them', () => {
    expect(() => missingEntries({ 'node_modules/a': tool('@a/linux-x64-gnu') })).toThrow('it must be installable');
    expect(() => missingEntries({ 'node_modules/a': tool('@a/wasm') })).toThrow('does not say which machine');
  });
});
