import { isLumbungError } from '@lumbung/stdx';
import type { Control } from '../../driver.ts';
import type { TreeSource } from '../../entry/tree-source.ts';
import { failure, remark, type Said } from '../../remarks/remark.ts';
import type { Finding } from '../../verify/finding.ts';
import { verifyTree } from '../../verify/verify-tree.ts';
import { parseDetails } from './dump-details.ts';
import { statementsOf } from './load-schema.ts';
import { readStoredSchema } from './stored-schema.ts';

/** See `DatabaseDriver.verify`: what every dump is checked for, and that each object of the schema is where it should be. */
export async function* verifyDump(tree: TreeSource, control: Control): AsyncGenerator<Finding> {
  const shapes = new TupleShapes(tree);
  const manifest = yield* verifyTree(shapes, control);
  yield* shapes.findings;
  if (manifest === undefined || manifest.kind === 'server') return;
  const broken = (code: Finding['code'], said: Said): Finding => ({ code, severity: 'error', remark: said });
  try {
    const details = parseDetails(manifest);
    const objects = await readStoredSchema(tree, manifest, details, control.signal);
    const context = { database: manifest.database ?? '', ownership: { kind: 'keep' } as const };
    for (const object of objects) {
      const creates = statementsOf(object, context).filter((statement) => /^(?:\/\*!\d+ )?CREATE\b/i.test(statement));
      if (creates.length === 1) continue;
      const { kind, name } = object;
      yield broken('content-invalid', remark('object-not-one-statement', { kind, name, count: creates.length }));
    }
    const defined = new Set(objects.filter(({ kind }) => kind === 'table').map(({ name }) => name));
    for (const { name } of manifest.tables) {
      if (!defined.has(name)) yield { ...broken('content-invalid', remark('definition-absent')), table: name };
    }
  } catch (error) {
    if (!isLumbungError(error) || error.kind !== 'corruption') throw error;
    // Of damaged files `verifyTree` has told already.
    if (error.code === 'SOURCE_FILE_DAMAGED' || error.code === 'SOURCE_FILE_MISSING') return;
    yield broken(error.code === 'SOURCE_MANIFEST_INVALID' ? 'manifest-invalid' : 'content-invalid', failure(error));
  }
}

const NEWLINE = 0x0a;
const OPEN = 0x28;
const CLOSE = 0x29;

/** Looks at the rows while somebody else reads them: each is a tuple, from its first to its last byte. */
class TupleShapes implements TreeSource {
  readonly findings: Finding[] = [];
  readonly #tree: TreeSource;

  constructor(tree: TreeSource) {
    this.#tree = tree;
  }

  files(folder: string): ReturnType<TreeSource['files']> {
    return this.#tree.files(folder);
  }

  async *read(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    if (!path.endsWith('.tuples')) {
      yield* this.#tree.read(path, signal);
      return;
    }
    let last: number | undefined = NEWLINE;
    let isTold = false;
    const isBroken = (before: number | undefined, after: number | undefined) =>
      before === NEWLINE ? after !== OPEN : after === NEWLINE && before !== CLOSE;
    for await (const chunk of this.#tree.read(path, signal)) {
      let problem = chunk.length > 0 && isBroken(last, chunk[0]);
      for (let at = chunk.indexOf(NEWLINE); at >= 0 && !problem; at = chunk.indexOf(NEWLINE, at + 1)) {
        if (at > 0) problem = isBroken(chunk[at - 1], NEWLINE);
        if (at + 1 < chunk.length) problem ||= isBroken(NEWLINE, chunk[at + 1]);
      }
      last = chunk.at(-1) ?? last;
      if (problem && !isTold) {
        isTold = true;
        this.findings.push({ code: 'content-invalid', severity: 'error', path, remark: remark('row-no-tuple') });
      }
      yield chunk;
    }
  }
}
