import { isLumbungError } from '@lumbung/stdx';
import type { TreeSource } from '../entry/tree-source.ts';
import { Digest } from '../manifest/digest.ts';
import type { Manifest, ManifestSegment } from '../manifest/manifest.ts';
import { MANIFEST_PATH, readManifest } from '../manifest/manifest-file.ts';
import { combineRowSums, RowSum } from '../manifest/row-sum.ts';
import { tableName } from '../manifest/size-history.ts';
import { failure, remark, type Said } from '../remarks/remark.ts';
import type { Finding } from './finding.ts';

/** A subset of `Control`. */
export interface VerifyControl {
  readonly signal: AbortSignal;
  progress(event: {
    readonly phase: 'verify';
    readonly subject: string;
    readonly doneBytes: number;
    readonly doneRows: number;
    readonly expectedBytes: number;
  }): void;
}

interface ExpectedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly table?: string;
}

/**
 * Reads a whole stored tree and compares it with its manifest: which files there are, and of each its length, digest and
 * rows. One chunk at a time, so that memory holds the manifest and no content. A damaged file is a finding, and the next
 * one is read; what is no damage (a repository that cannot be reached) is thrown.
 *
 * @returns the manifest, for what the engine's driver has to add; undefined: it cannot be read, which is a finding
 */
export async function* verifyTree(
  tree: TreeSource,
  control: VerifyControl,
): AsyncGenerator<Finding, Manifest | undefined> {
  let manifest: Manifest;
  try {
    manifest = await readManifest(tree, control.signal);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const code = isMissing(error) ? 'file-missing' : 'manifest-invalid';
    yield { code, severity: 'error', path: MANIFEST_PATH, remark: failure(error) };
    return undefined;
  }
  yield* new TreeVerifier(tree, manifest, control).run();
  return manifest;
}

class TreeVerifier {
  readonly #tree: TreeSource;
  readonly #manifest: Manifest;
  readonly #control: VerifyControl;
  readonly #expected: ReadonlyMap<string, ExpectedFile>;
  readonly #expectedBytes: number;
  #doneBytes = 0;
  #doneRows = 0;

  constructor(tree: TreeSource, manifest: Manifest, control: VerifyControl) {
    this.#tree = tree;
    this.#manifest = manifest;
    this.#control = control;
    const files: ExpectedFile[] = [
      ...manifest.tables.flatMap((table) => table.segments.map((segment) => ({ ...segment, table: tableName(table) }))),
      ...manifest.files,
    ];
    this.#expected = new Map(files.map((file) => [file.path, file]));
    this.#expectedBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async *run(): AsyncGenerator<Finding> {
    const present = new Set<string>();
    yield* this.#listing(present);
    for (const table of this.#manifest.tables) {
      const rowSums: string[] = [];
      for (const segment of table.segments) {
        const file = { ...segment, table: tableName(table) };
        if (present.has(file.path)) yield* this.#segment(file, segment, rowSums);
      }
      const areLines = table.segments.length > 0 && table.segments.every(({ binary }) => binary !== true);
      // One of a file that is damaged anyway says nothing more.
      if (!areLines || table.rowsum === undefined || rowSums.length < table.segments.length) continue;
      const found = combineRowSums(rowSums);
      if (found === table.rowsum) continue;
      const said = remark('row-sum-differs', { found, expected: table.rowsum });
      yield { code: 'rowsum-differs', severity: 'error', table: tableName(table), remark: said };
    }
    for (const file of this.#manifest.files) {
      if (present.has(file.path)) yield* this.#file(file, undefined);
    }
  }

  /** What lies there, and how long it is: without reading it. `present` gets the files that are worth reading. */
  async *#listing(present: Set<string>): AsyncGenerator<Finding> {
    const seen = new Set<string>();
    for await (const { path, sizeBytes } of this.#tree.files('')) {
      this.#control.signal.throwIfAborted();
      if (path === MANIFEST_PATH) continue;
      const file = this.#expected.get(path);
      if (file === undefined) {
        yield { code: 'file-unexpected', severity: 'warning', path, remark: remark('file-unknown') };
        continue;
      }
      seen.add(path);
      if (sizeBytes === file.bytes) {
        present.add(path);
        continue;
      }
      const said = remark('file-length-differs', { found: sizeBytes, expected: file.bytes });
      yield findingOf('file-size-differs', file, said);
    }
    for (const file of this.#expected.values()) {
      if (!seen.has(file.path)) yield findingOf('file-missing', file, remark('file-missing'));
    }
  }

  async *#segment(file: ExpectedFile, segment: ManifestSegment, rowSums: string[]): AsyncGenerator<Finding> {
    if (segment.binary === true) {
      yield* this.#file(file, undefined);
      return;
    }
    const rowSum = new RowSum();
    let isWhole = true;
    for await (const finding of this.#file(file, rowSum)) {
      isWhole = false;
      yield finding;
    }
    this.#doneRows += rowSum.rows;
    if (!isWhole) return;
    if (rowSum.rows === segment.rows && rowSum.openBytes === 0) {
      rowSums.push(rowSum.text());
      return;
    }
    const counts = { found: rowSum.rows, expected: segment.rows };
    yield findingOf(
      'rows-differ',
      file,
      rowSum.openBytes > 0 ? remark('rows-cut', counts) : remark('rows-differ', counts),
    );
  }

  async *#file(file: ExpectedFile, rowSum: RowSum | undefined): AsyncGenerator<Finding> {
    const digest = new Digest();
    let bytes = 0;
    try {
      for await (const chunk of this.#tree.read(file.path, this.#control.signal)) {
        this.#control.signal.throwIfAborted();
        bytes += chunk.byteLength;
        // More than the listing said: the rest could be without end.
        if (bytes > file.bytes) break;
        digest.update(chunk);
        rowSum?.update(chunk);
        this.#doneBytes += chunk.byteLength;
        this.#report(file.table ?? file.path);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      yield findingOf(isMissing(error) ? 'file-missing' : 'file-unreadable', file, failure(error));
      return;
    }
    if (bytes !== file.bytes) {
      const expected = file.bytes;
      const said =
        bytes > expected
          ? remark('file-too-long', { expected })
          : remark('file-length-differs', { found: bytes, expected });
      yield findingOf('file-size-differs', file, said);
    } else if (digest.hex() !== file.sha256) {
      yield findingOf('file-digest-differs', file, remark('file-content-differs'));
    }
  }

  #report(subject: string): void {
    const [doneBytes, doneRows, expectedBytes] = [this.#doneBytes, this.#doneRows, this.#expectedBytes];
    this.#control.progress({ phase: 'verify', subject, doneBytes, doneRows, expectedBytes });
  }
}

function findingOf(code: Finding['code'], file: ExpectedFile, said: Said): Finding {
  const named = file.table === undefined ? {} : { table: file.table };
  return { code, severity: 'error', path: file.path, ...named, remark: said };
}

function isDamage(error: unknown): boolean {
  return isLumbungError(error) && (error.kind === 'corruption' || isMissing(error));
}

function isMissing(error: unknown): boolean {
  return isLumbungError(error, 'SOURCE_FILE_MISSING');
}
