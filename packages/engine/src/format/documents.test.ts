import { isLumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasterKey } from '../crypto/master-key.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { STOCK_FIXTURE } from '../testing/stock-fixture.ts';
import { encodeConfig, parseConfig } from './config-file.ts';
import { encodeKeyFile, encodeMasterKey, parseKeyFile, parseMasterKey } from './key-file.ts';
import { encodeLock, parseLock } from './lock-file.ts';
import { encodeSnapshot, parseSnapshot, type Snapshot } from './snapshot-file.ts';
import { blobIds, snapshotIds, texts, timestamps } from './testing/arbitraries.ts';
import { damaged } from './testing/mutations.ts';

const ID = 'ab'.repeat(32);
const corruption = (code: string) => expect.objectContaining({ code, kind: 'corruption' });
const keyFileJson = [...STOCK_FIXTURE.files].find(([path]) => path.startsWith('keys/'))?.[1] ?? Buffer.alloc(0);
const SUMMARY =
  '{"backup_start":"2024-02-03T05:00:00Z","backup_end":"2024-02-03T05:00:01.5Z","files_new":1,"files_changed":2,' +
  '"files_unmodified":3,"dirs_new":4,"dirs_changed":5,"dirs_unmodified":6,"data_blobs":7,"tree_blobs":8,"data_added":9,' +
  '"data_added_packed":10,"total_files_processed":11,"total_bytes_processed":12}';
const FULL_SNAPSHOT =
  `{"time":"2024-02-03T05:00:00.123+07:00","parent":"${ID}","tree":"${ID}","paths":["/a","/a","C:\\\\x"],"hostname":"h\\u003c",` +
  `"username":"u","uid":1,"gid":2,"excludes":["*.o"],"tags":["x","y"],"original":"${ID}","program_version":"restic 0.19.1","summary":${SUMMARY}}`;

describe('the config', () => {
  it('of a stock client is read, and written again the same', () => {
    const config = parseConfig(Buffer.from(STOCK_FIXTURE.configJson));
    expect(config).toMatchObject({ version: 2, chunkerPolynomial: '37d49a32256ced', extra: {} });
    expect(encodeConfig(config).toString()).toBe(STOCK_FIXTURE.configJson);
  });

  it('keeps keys of other clients as they were written', () => {
    const json = `{"version":2,"id":"${ID}","chunker_polynomial":"37d49a32256ced","is_hot":true,"n":12345678901234567890,"__proto__":{"a":[1.50]}}`;
    expect(encodeConfig(parseConfig(Buffer.from(json))).toString()).toBe(json);
    expect(Object.getPrototypeOf(parseConfig(Buffer.from(json)).extra)).toBe(Object.prototype);
  });

  it.each([
    ['', 'nothing'],
    ['null', 'null'],
    ['[]', 'a list'],
    ['{}', 'no fields'],
    [`{"version":0,"id":"${ID}","chunker_polynomial":"37d49a32256ced"}`, 'version 0'],
    [`{"version":1.5,"id":"${ID}","chunker_polynomial":"37d49a32256ced"}`, 'half a version'],
    [`{"version":"2","id":"${ID}","chunker_polynomial":"37d49a32256ced"}`, 'a version in text'],
    ['{"version":2,"id":"x","chunker_polynomial":"37d49a32256ced"}', 'an id that is none'],
    [`{"version":2,"id":"${ID}","chunker_polynomial":"0x37"}`, 'a polynomial that is none'],
    [`{"version":2,"id":"${ID}","chunker_polynomial":"37d49a32256ced"}}`, 'something behind its end'],
    [`{"version":2,"x":${'['.repeat(500_000)}`, 'deep nesting'],
  ])('is refused: %#', (json) => {
    expect(() => parseConfig(Buffer.from(json))).toThrow(corruption('CONFIG_INVALID'));
  });
});

describe('a key file', () => {
  it('of a stock client is read, and written again the same', () => {
    const key = parseKeyFile(keyFileJson);
    expect(key).toMatchObject({ username: 'root', hostname: 'demo-host', n: 32_768, r: 8, p: 4 });
    expect(key.salt).toHaveLength(64);
    expect(encodeKeyFile(key)).toEqual(keyFileJson);
  });

  it('may have fields that are not known, and need not say who made it', () => {
    const json = '{"kdf":"scrypt","N":2,"r":1,"p":1,"salt":"AA==","data":"AA==","new":{}}';
    expect(parseKeyFile(Buffer.from(json))).toMatchObject({
      username: '',
      hostname: '',
      created: '0001-01-01T00:00:00Z',
    });
  });

  it.each([
    ['scrypt', 'argon2'],
    ['"N":32768', '"N":"32768"'],
    ['"N":32768', '"N":1e400'],
    ['"r":8', '"r":8.5'],
    ['"p":4,', ''],
    ['"salt":"', '"salt":"*'],
    ['"data":"', '"data":["'],
    ['2026-11-22T08', '2026-11-22X08'],
  ])('is refused with %s as %s', (from, to) => {
    const json = keyFileJson.toString().replace(from, to);
    expect(json).not.toBe(keyFileJson.toString());
    expect(() => parseKeyFile(Buffer.from(json))).toThrow(corruption('KEY_FILE_INVALID'));
  });

  it('that is cut off is refused', () => {
    for (let length = 0; length < keyFileJson.length; length += 7) {
      expect(() => parseKeyFile(keyFileJson.subarray(0, length))).toThrow(corruption('KEY_FILE_INVALID'));
    }
  });
});

describe('a master key', () => {
  const json = encodeMasterKey(createMasterKey(new SeededRandom(1)));

  it('is the same after writing and reading', () => {
    expect(json.toString()).toMatch(/^\{"mac":\{"k":"[^"]{24}","r":"[^"]{24}"\},"encrypt":"[^"]{44}"\}$/);
    expect(encodeMasterKey(parseMasterKey(json))).toEqual(json);
  });

  it.each([['{"mac":{"k":"AA==","r":"AA=="},"encrypt":"AA=="}'], ['{"mac":null,"encrypt":""}'], ['{}']])(
    'of other parts is refused: %s',
    (text) => {
      expect(() => parseMasterKey(Buffer.from(text))).toThrow(corruption('KEY_FILE_INVALID'));
    },
  );

  it('fuzz: damaged, never shows itself in the error', () => {
    const secrets = json.toString().match(/[A-Za-z0-9+/]{10,}/g) ?? [];
    fc.assert(
      fc.property(damaged([json]), (bytes) => {
        try {
          parseMasterKey(bytes);
        } catch (error) {
          expect(error).toEqual(corruption('KEY_FILE_INVALID'));
          const shown = isLumbungError(error)
            ? JSON.stringify([error.message, error.context, String(error.cause), error.hint])
            : '';
          for (const secret of secrets) expect(shown).not.toContain(secret.slice(0, 8));
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('a snapshot', () => {
  it.each([STOCK_FIXTURE.snapshotJson, FULL_SNAPSHOT])('is read, and written again the same: %#', (json) => {
    expect(encodeSnapshot(parseSnapshot(Buffer.from(json))).toString()).toBe(json);
  });

  it('is understood with what old and other clients leave out or write as null', () => {
    const json = `{"time":"2024-02-03T05:00:00Z","tree":"${ID}","paths":null,"tags":null,"parent":null,"original":null,"summary":null}\n`;
    expect(parseSnapshot(Buffer.from(json))).toEqual({
      time: '2024-02-03T05:00:00Z',
      tree: ID,
      paths: [],
      hostname: '',
      username: '',
      uid: 0,
      gid: 0,
      excludes: [],
      tags: [],
    });
  });

  it('keeps what is not known here, in itself and in its summary, as it was written', () => {
    const json = FULL_SNAPSHOT.replace(
      '"total_bytes_processed":12}}',
      '"total_bytes_processed":12,"total_duration":1.50}}',
    ).replace(/\}$/, ',"label":"x","delete":{"at":12345678901234567890}}');
    expect(encodeSnapshot(parseSnapshot(Buffer.from(json))).toString()).toBe(json);
  });

  it('fills a partial summary, so that every client can read it', () => {
    const json = `{"time":"2024-02-03T05:00:00Z","tree":"${ID}","paths":[],"summary":{"files_new":3}}`;
    const { summary } = parseSnapshot(Buffer.from(json));
    expect(summary).toMatchObject({ filesNew: 3, dirsNew: 0, backupStart: '0001-01-01T00:00:00Z' });
  });

  it('does not lose a summary that is none', () => {
    const json = `{"time":"2024-02-03T05:00:00Z","tree":"${ID}","paths":[],"summary":{"files_new":"many"}}`;
    const snapshot = parseSnapshot(Buffer.from(json));
    expect(snapshot.summary).toBeUndefined();
    expect(encodeSnapshot(snapshot).toString()).toBe(json);
  });

  it('has well-formed text, whatever stands there', () => {
    const json = `{"time":"2024-02-03T05:00:00Z","tree":"${ID}","paths":["\\ud800"],"hostname":"\\udc00"}`;
    expect(parseSnapshot(Buffer.from(json))).toMatchObject({ paths: ['\ufffd'], hostname: '\ufffd' });
  });

  it.each([
    ['"tree"', '"wood"'],
    ['"time"', '"when"'],
    ['2024-02-03T05', '2024-02-30T05'],
    [`"tree":"${ID}"`, `"tree":"${ID.toUpperCase()}"`],
    ['"paths":[', '"paths":[1,'],
    ['"uid":1', '"uid":-1'],
    ['"uid":1', '"uid":4294967296'],
    ['"tags":["x","y"]', '"tags":"x"'],
    ['"hostname":"', '"hostname":["'],
    [`"parent":"${ID}"`, '"parent":"x"'],
  ])('is refused with %s as %s', (from, to) => {
    const json = FULL_SNAPSHOT.replace(from, to);
    expect(json).not.toBe(FULL_SNAPSHOT);
    expect(() => parseSnapshot(Buffer.from(json))).toThrow(corruption('SNAPSHOT_INVALID'));
  });

  const counts = fc.maxSafeNat();
  const snapshots = fc.record(
    {
      time: timestamps,
      parent: snapshotIds,
      tree: blobIds,
      paths: fc.array(texts, { maxLength: 3 }),
      hostname: texts,
      username: texts,
      uid: fc.nat(),
      gid: fc.nat(),
      excludes: fc.array(texts, { maxLength: 2 }),
      tags: fc.array(texts, { maxLength: 2 }),
      original: snapshotIds,
      programVersion: texts.filter((text) => text !== ''),
      summary: fc.record({
        backupStart: timestamps,
        backupEnd: timestamps,
        filesNew: counts,
        filesChanged: counts,
        filesUnmodified: counts,
        dirsNew: counts,
        dirsChanged: counts,
        dirsUnmodified: counts,
        dataBlobs: counts,
        treeBlobs: counts,
        dataAdded: counts,
        dataAddedPacked: counts,
        totalFilesProcessed: counts,
        totalBytesProcessed: counts,
      }),
      extra: fc.constant({ label: '"x"', __proto__x: '[1,{"a":1.0}]' }),
    },
    { requiredKeys: ['time', 'tree', 'paths', 'hostname', 'username', 'uid', 'gid', 'excludes', 'tags'] },
  ) as fc.Arbitrary<Snapshot>; // absent where not required

  it('fuzz: is the same after writing and reading', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const bytes = encodeSnapshot(snapshot);
        expect(parseSnapshot(bytes)).toEqual(snapshot);
        expect(encodeSnapshot(parseSnapshot(bytes))).toEqual(bytes);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

const LOCK = '{"time":"2024-02-03T05:00:00Z","exclusive":true,"hostname":"h","username":"u","pid":5,"uid":1,"gid":2}';

describe('a lock', () => {
  it.each([LOCK, '{"time":"2024-02-03T05:00:00Z","exclusive":false,"hostname":"","username":"","pid":1}'])(
    'is read, and written again the same: %s',
    (json) => {
      expect(encodeLock(parseLock(Buffer.from(json))).toString()).toBe(json);
    },
  );

  it.each([
    ['', 'nothing'],
    ['{}', 'no time'],
    [LOCK.replace('true', '1'), 'exclusive as a number'],
    [LOCK.replace('"exclusive":true,', ''), 'nothing about being exclusive'],
    [LOCK.replace('5,', '"5",'), 'a process in text'],
  ])('is refused: %#', (json) => {
    expect(() => parseLock(Buffer.from(json))).toThrow(corruption('LOCK_INVALID'));
  });
});

describe('documents', () => {
  it.each([
    ['CONFIG_INVALID', parseConfig, [Buffer.from(STOCK_FIXTURE.configJson)]],
    ['KEY_FILE_INVALID', parseKeyFile, [keyFileJson]],
    ['SNAPSHOT_INVALID', parseSnapshot, [Buffer.from(FULL_SNAPSHOT), Buffer.from(STOCK_FIXTURE.snapshotJson)]],
    [
      'LOCK_INVALID',
      parseLock,
      [Buffer.from(LOCK), Buffer.from('{"time":"2024-02-03T05:00:00Z","exclusive":true,"pid":5}')],
    ],
  ] as const)('fuzz: damaged, are read or refused with %s', (code, parse, originals) => {
    fc.assert(
      fc.property(damaged([...originals]), (bytes) => {
        try {
          parse(bytes);
        } catch (error) {
          expect(error).toEqual(corruption(code));
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});
