import { expect } from 'vitest';
import type { Backend, FileHandle } from '../../backend.ts';
import { type Bench, everythingIn, expectCode, FILES, listOf, type Test } from './bench.ts';

const HOSTILE_NAMES = [
  '',
  '.',
  '..',
  '../config',
  '../../etc/passwd',
  'a/b',
  '/etc/passwd',
  'a\\b',
  'a\0b',
  '\0',
  'a\n',
  ' a',
  'a ',
  '-rf',
  '.hidden',
  '~',
  'ä',
  '%2e%2e',
  'a?b',
  'a#b',
  'x'.repeat(300),
  'aa-tmp-1234',
  'aa-restic-temp-00ff',
  '\ud800',
]; // prettier-ignore
const HOSTILE_FOLDERS = [
  '..',
  '.',
  '/',
  'keys/..',
  'data/b1',
  '../keys',
  'other',
  'keys\0',
  ' keys',
  '__proto__',
  'toString',
];

export function testMissing(bench: Bench, test: Test): void {
  test('before create there is nothing, and asking is no harm', async () => {
    const { backend } = await bench.open();
    expect(await everythingIn(backend)).toEqual([[], [], [], []]);
    for (const file of Object.values(FILES)) {
      await expectCode(backend.load(file), 'BACKEND_FILE_MISSING', 'operator');
      await expectCode(backend.stat(file), 'BACKEND_FILE_MISSING', 'operator');
      await backend.remove(file);
    }
  });

  test('a missing file is an error to read, and none to remove', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.sharded, [Buffer.from('x')]);
    for (const file of [FILES.root, FILES.flat, FILES.otherShard]) {
      await expectCode(backend.load(file), 'BACKEND_FILE_MISSING', 'operator');
      await expectCode(backend.load(file, { offset: 0, length: 1 }), 'BACKEND_FILE_MISSING', 'operator');
      await expectCode(backend.load(file, { offset: 5 }), 'BACKEND_FILE_MISSING', 'operator');
      await expectCode(backend.stat(file), 'BACKEND_FILE_MISSING', 'operator');
      await backend.remove(file);
      await backend.remove(file);
    }
    expect(await listOf(backend, 'data')).toHaveLength(1);
  });

  test('an error carries no more than place and advice', async () => {
    const { backend } = await bench.created();
    await expect(backend.load(FILES.flat)).rejects.toSatisfy((error: unknown) => {
      const record = JSON.stringify(error);
      return record.includes('BACKEND_FILE_MISSING') && !/password|secret|authorization/i.test(record);
    });
  });
}

export function testHostileNames(bench: Bench, test: Test): void {
  const acts = (backend: Backend, file: FileHandle) => [
    () => backend.save(file, [Buffer.from('hostile')]),
    () => backend.load(file),
    () => backend.load(file, { offset: 0, length: 1 }),
    () => backend.stat(file),
    () => backend.remove(file),
  ];

  test('a name that could lead elsewhere is refused by every act', async () => {
    const { backend } = await bench.created();
    await backend.save(FILES.root, [Buffer.from('kept')]);
    const before = await everythingIn(backend);
    for (const name of HOSTILE_NAMES) {
      for (const folder of ['', 'keys', 'data']) {
        for (const act of acts(backend, { folder, name })) await expectCode(act(), 'BACKEND_NAME_INVALID', 'bug');
      }
    }
    expect(await everythingIn(backend)).toEqual(before);
  });

  test('a folder that the layout does not have is refused by every act', async () => {
    const { backend } = await bench.created();
    for (const folder of HOSTILE_FOLDERS) {
      for (const act of acts(backend, { folder, name: 'aa' })) await expectCode(act(), 'BACKEND_NAME_INVALID', 'bug');
      await expectCode(listOf(backend, folder), 'BACKEND_NAME_INVALID', 'bug');
    }
    expect(await everythingIn(backend)).toEqual([[], [], [], []]);
  });
}
