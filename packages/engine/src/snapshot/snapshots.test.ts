import { byteStringOfText, textOf } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseSnapshotId, type SnapshotId } from '../format/ids.ts';
import { damagedText } from '../format/testing/mutations.ts';
import type { Repository } from '../repository/repository.ts';
import { saveSampleSnapshot } from '../testing/sample-snapshots.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import { groupSnapshots } from './groups.ts';
import { filterSnapshots } from './snapshot-filter.ts';
import { findSnapshot, findSnapshotId, loadReadableSnapshots, loadSnapshots, parseSnapshotSpec } from './snapshots.ts';

let test: TestRepository;
let repository: Repository;

beforeEach(async () => {
  test = await createTestRepository();
  repository = test.repository;
});

const DAY = 86_400_000;
const T0 = Date.UTC(2026, 5, 1);

const save = (day: number, options: Parameters<typeof saveSampleSnapshot>[2] = {}): Promise<SnapshotId> =>
  saveSampleSnapshot(repository, { f: `day ${day}` }, { timeMs: T0 + day * DAY, ...options });

describe('loading snapshots', () => {
  it('gives them oldest first, whatever the order they were written in', async () => {
    const ids = [await save(3), await save(1), await save(2)];
    expect((await loadSnapshots(repository)).map(({ id }) => id)).toEqual([ids[1], ids[2], ids[0]]);
  });

  it('gives those of one moment in one order', async () => {
    const ids = [await save(1, { hostname: 'a' }), await save(1, { hostname: 'b' }), await save(1, { hostname: 'c' })];
    expect((await loadSnapshots(repository)).map(({ id }) => id)).toEqual([...ids].sort());
  });

  it('fails over one that cannot be read, unless holes are told', async () => {
    const good = await save(1);
    const bad = parseSnapshotId('ab'.repeat(32));
    await test.backend.save({ folder: 'snapshots', name: bad }, [Buffer.from('rubbish')]);
    await expect(loadSnapshots(repository)).rejects.toMatchObject({ code: 'REPOSITORY_FILE_DAMAGED' });
    const holes: string[] = [];
    const found = await loadReadableSnapshots(repository, (id) => holes.push(id));
    expect([found.map(({ id }) => id), holes]).toEqual([[good], [bad]]);
  });

  it('stops when it is cancelled', async () => {
    await save(1);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(loadSnapshots(repository, signal)).rejects.toThrow('enough');
    await expect(loadReadableSnapshots(repository, () => undefined, signal)).rejects.toThrow('enough');
  });
});

describe('finding a snapshot', () => {
  it('takes a full id, a prefix, latest, and a folder behind a colon', async () => {
    const first = await save(1);
    const last = await save(2);
    expect((await findSnapshot(repository, first)).snapshot.id).toBe(first);
    expect((await findSnapshot(repository, first.slice(0, 12))).snapshot.id).toBe(first);
    const found = await findSnapshot(repository, 'latest:a/b:c');
    expect([found.snapshot.id, found.subfolder]).toEqual([last, 'a/b:c']);
    expect((await findSnapshot(repository, 'latest')).subfolder).toBeUndefined();
  });

  it('narrows latest, and only latest, by the filter', async () => {
    const mine = await save(1, { hostname: 'mine' });
    const other = await save(2, { hostname: 'other' });
    expect((await findSnapshot(repository, 'latest', { hosts: ['mine'] })).snapshot.id).toBe(mine);
    expect((await findSnapshot(repository, other, { hosts: ['mine'] })).snapshot.id).toBe(other);
  });

  it('refuses what is no id, what is none of them, and what is several', async () => {
    const code = async (spec: string, filter = {}) =>
      findSnapshot(repository, spec, filter).then(
        () => 'found',
        (error: { code: string }) => error.code,
      );
    expect(await code('latest')).toBe('SNAPSHOT_NOT_FOUND');
    const ids: string[] = [];
    for (let day = 0; day < 17; day += 1) ids.push(await save(day));
    const shared = '0123456789abcdef'.split('').find((digit) => ids.filter((id) => id.startsWith(digit)).length > 1);
    expect(await code(shared ?? '')).toBe('SNAPSHOT_AMBIGUOUS');
    expect(await code('f'.repeat(64))).toBe('SNAPSHOT_NOT_FOUND');
    for (const spec of ['', ':a', 'LATEST', 'xyz', 'g'.repeat(8), 'a'.repeat(65), '../keys/x']) {
      expect([spec, await code(spec)]).toEqual([spec, 'SNAPSHOT_SPEC_INVALID']);
    }
    expect(await code('latest', { tags: [['none']] })).toBe('SNAPSHOT_NOT_FOUND');
  });

  it('finds only what is stored', async () => {
    const id = await save(1);
    expect(await findSnapshotId(repository, id)).toBe(id);
    await repository.removeFile('snapshots', id);
    await expect(findSnapshotId(repository, id)).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
  });

  it('takes names of folders as the bytes of their text', () => {
    expect(parseSnapshotSpec('abc:é/x')).toEqual({ name: 'abc', subfolder: byteStringOfText('é/x') });
    expect(parseSnapshotSpec('abc:')).toEqual({ name: 'abc', subfolder: '' });
  });

  it('fuzz: damaged, are refused or say all that was typed', () => {
    fc.assert(
      fc.property(damagedText(['latest:/a/é b', `${'0af9'.repeat(16)}:x:y`, 'latest', '1234abcd']), (text) => {
        try {
          const { name, subfolder } = parseSnapshotSpec(text);
          expect(subfolder === undefined ? name : `${name}:${textOf(subfolder)}`).toBe(text);
          expect(name).toMatch(/^(latest|[0-9a-f]{1,64})$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'SNAPSHOT_SPEC_INVALID', kind: 'operator' });
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('filtering and grouping', () => {
  const one = (id: string, hostname: string, tags: readonly string[], paths: readonly string[]) => ({
    id,
    hostname,
    tags,
    paths,
  });
  const list = [
    one('a', 'h1', ['x', 'y'], ['/p', '/q']),
    one('b', 'h2', ['x'], ['/q', '/p']),
    one('c', 'h1', [], ['/p']),
    one('d', 'h3', ['y'], []),
  ];
  const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id).join('');

  it('takes any host, any list of tags with all of its tags, all paths', () => {
    expect(ids(filterSnapshots(list, {}))).toBe('abcd');
    expect(ids(filterSnapshots(list, { hosts: ['h1', 'h3'] }))).toBe('acd');
    expect(ids(filterSnapshots(list, { tags: [['x', 'y']] }))).toBe('a');
    expect(ids(filterSnapshots(list, { tags: [['x', 'y'], ['y']] }))).toBe('ad');
    expect(ids(filterSnapshots(list, { tags: [['']] }))).toBe('c');
    expect(ids(filterSnapshots(list, { paths: ['/p', '/q'] }))).toBe('ab');
    expect(ids(filterSnapshots(list, { hosts: ['h1'], paths: ['/q'] }))).toBe('a');
    expect(ids(filterSnapshots(list, { hosts: [], tags: [], paths: [] }))).toBe('abcd');
  });

  it('groups by what is asked, lists regardless of their order', () => {
    expect(groupSnapshots(list, []).map(({ snapshots }) => ids(snapshots))).toEqual(['abcd']);
    expect(
      groupSnapshots(list, ['paths'])
        .map(({ snapshots }) => ids(snapshots))
        .sort(),
    ).toEqual(['ab', 'c', 'd']);
    expect(groupSnapshots(list, ['host', 'tags']).map(({ key, snapshots }) => [key, ids(snapshots)])).toEqual([
      [{ hostname: 'h1', paths: null, tags: ['x', 'y'] }, 'a'],
      [{ hostname: 'h1', paths: null, tags: [] }, 'c'],
      [{ hostname: 'h2', paths: null, tags: ['x'] }, 'b'],
      [{ hostname: 'h3', paths: null, tags: ['y'] }, 'd'],
    ]);
  });

  it('does not take one list for another that reads alike', () => {
    const tricky = [one('a', 'h', ['x,y'], []), one('b', 'h', ['x', 'y'], []), one('c', 'h', ['["x"]'], [])];
    expect(groupSnapshots(tricky, ['tags'])).toHaveLength(3);
  });
});
