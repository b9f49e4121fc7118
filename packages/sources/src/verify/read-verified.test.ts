import { describe, expect, it } from 'vitest';
import { parseManifest } from '../manifest/manifest-file.ts';
import { memoryTree, sampleTree } from '../testing/sample-manifest.ts';
import { readVerified } from './read-verified.ts';

const files = sampleTree();
const [file] = parseManifest(files.get('manifest.json') ?? Buffer.alloc(0)).tables[1]?.segments ?? [];
if (file === undefined) throw new Error('the sample has changed');
const whole = files.get(file.path) ?? Buffer.alloc(0);

/** What passed before the end, and how it ended. */
async function read(content: Buffer | undefined, chunkBytes = 5): Promise<{ passed: string; error: unknown }> {
  const tree = memoryTree(content === undefined ? new Map() : new Map([[file?.path ?? '', content]]), chunkBytes);
  let passed = '';
  try {
    if (file !== undefined) for await (const chunk of readVerified(tree, file)) passed += Buffer.from(chunk).toString();
    return { passed, error: undefined };
  } catch (error) {
    return { passed, error };
  }
}

describe('a file of a dump', () => {
  it.each([1, 5, 1000])('passes as it was dumped, in chunks of %i bytes', async (chunkBytes) => {
    expect(await read(whole, chunkBytes)).toEqual({ passed: whole.toString(), error: undefined });
  });

  it('cut at any byte ends in an error', async () => {
    for (let length = 0; length < whole.length; length++) {
      expect((await read(whole.subarray(0, length))).error).toMatchObject({
        code: 'SOURCE_FILE_DAMAGED',
        context: { path: file.path },
      });
    }
  });

  it('with any byte changed ends in an error', async () => {
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x20;
      expect((await read(changed)).error).toMatchObject({ code: 'SOURCE_FILE_DAMAGED' });
    }
  });

  it('that is longer gives no byte too many', async () => {
    const { passed, error } = await read(Buffer.concat([whole, Buffer.from('4\tWayan\n')]), 1000);
    expect(error).toMatchObject({ code: 'SOURCE_FILE_DAMAGED' });
    expect(passed.length).toBeLessThanOrEqual(whole.length);
  });

  it('that is missing says so', async () => {
    expect((await read(undefined)).error).toMatchObject({ code: 'SOURCE_FILE_MISSING' });
  });

  it('is not read on after an abort', async () => {
    const abort = new AbortController();
    const reading = readVerified(memoryTree(files), file, abort.signal);
    await reading.next();
    abort.abort(new Error('cancelled'));
    await expect(reading.next()).rejects.toThrow('cancelled');
  });
});
