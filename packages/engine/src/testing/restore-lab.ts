import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ByteString, byteStringOf, byteStringOfText, fsPath, textOf } from '@lumbung/stdx';
import { getXattr, listXattrs } from '@lumbung/stdx/node';
import type { BlobId } from '../format/ids.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { executeRestore, previewRestore } from '../restorer/execute-restore.ts';
import type { RestoreEvent, RestoreOptions, RestoreResult } from '../restorer/restore-options.ts';
import { planRestore } from '../restorer/restore-plan.ts';
import { joinPath } from '../snapshot/resolve-tree.ts';
import { type HandMadeNode, saveHandMadeTree } from './hand-made-tree.ts';
import { createTestRepository, type TestRepository, type TestRepositoryOptions } from './test-repository.ts';

export interface LabRun {
  readonly result: RestoreResult;
  readonly events: readonly RestoreEvent[];
  /** Of the items that were told: action and path. */
  readonly items: readonly string[];
  /** Of the errors that were told: code and path. */
  readonly errors: readonly string[];
}

export type LabOptions = Partial<Omit<RestoreOptions, 'treeId'>> & {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RestoreEvent) => void;
};

/** A repository in memory, and a folder on a real disk that goes when the lab is disposed of. */
export class RestoreLab implements Disposable {
  readonly test: TestRepository;
  readonly indexed: IndexedRepository;
  readonly home: string;
  /** Where restores go unless told otherwise. */
  readonly target: string;

  private constructor(test: TestRepository, indexed: IndexedRepository) {
    this.test = test;
    this.indexed = indexed;
    this.home = mkdtempSync(path.join(os.tmpdir(), 'lumbung-restore-'));
    this.target = path.join(this.home, 'target');
  }

  static async open(options: TestRepositoryOptions = {}): Promise<RestoreLab> {
    const test = await createTestRepository(options);
    return new RestoreLab(test, await test.repository.loadIndex());
  }

  save(nodes: readonly HandMadeNode[]): Promise<BlobId> {
    return saveHandMadeTree(this.indexed, nodes);
  }

  async restore(treeId: BlobId, options: LabOptions = {}): Promise<LabRun> {
    return this.#run(executeRestore, treeId, options);
  }

  async preview(treeId: BlobId, options: LabOptions = {}): Promise<LabRun> {
    return this.#run(previewRestore, treeId, options);
  }

  async #run(act: typeof executeRestore, treeId: BlobId, options: LabOptions): Promise<LabRun> {
    const { signal, onEvent, ...rest } = options;
    const events: RestoreEvent[] = [];
    const plan = await planRestore(this.indexed, {
      target: byteStringOfText(this.target),
      workerCount: 1,
      ...rest,
      treeId,
    });
    const result = await act(plan, {
      ...(signal === undefined ? {} : { signal }),
      reportItems: true,
      onEvent: (event) => {
        events.push(event);
        onEvent?.(event);
      },
    });
    return {
      result,
      events,
      items: events.flatMap((event) => (event.kind === 'item' ? [`${event.action} ${textOf(event.path)}`] : [])),
      errors: events.flatMap((event) => (event.kind === 'error' ? [`${event.error.code} ${textOf(event.path)}`] : [])),
    };
  }

  /** Everything below a folder of the home, by its path there. */
  look(folder = this.target): Record<string, LookedAt> {
    const found: Record<string, LookedAt> = {};
    const walk = (at: ByteString, shown: string): void => {
      for (const raw of readdirSync(fsPath(at), { encoding: 'buffer' })) {
        const name = byteStringOf(raw);
        const full = joinPath(at, name);
        const key = `${shown}/${textOf(name)}`;
        found[key] = lookAt(full);
        if (found[key].type === 'dir') walk(full, key);
      }
    };
    walk(byteStringOfText(folder), '');
    return found;
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

export interface LookedAt {
  readonly type: 'file' | 'dir' | 'link' | 'fifo' | 'dev' | 'chardev' | 'other';
  readonly mode: string;
  readonly owner: string;
  readonly mtime: string;
  /** Text of a file (its length if it is long), target of a link, number of a device. */
  readonly content?: string;
  readonly links: number;
  readonly xattrs: Readonly<Record<string, string>>;
}

export function lookAt(at: ByteString): LookedAt {
  const stats = lstatSync(fsPath(at), { bigint: true });
  const type = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'dir'
      : stats.isSymbolicLink()
        ? 'link'
        : stats.isFIFO()
          ? 'fifo'
          : stats.isBlockDevice()
            ? 'dev'
            : stats.isCharacterDevice()
              ? 'chardev'
              : 'other';
  const content =
    type === 'file'
      ? stats.size > 200n
        ? `${stats.size} bytes`
        : readFileSync(fsPath(at), 'utf8')
      : type === 'link'
        ? readlinkSync(fsPath(at), 'utf8')
        : type === 'dev' || type === 'chardev'
          ? String(stats.rdev)
          : undefined;
  return {
    type,
    mode: (Number(stats.mode) & 0o7777).toString(8).padStart(4, '0'),
    owner: `${stats.uid}:${stats.gid}`,
    mtime: momentOf(stats.mtimeNs),
    ...(content === undefined ? {} : { content }),
    links: Number(stats.nlink),
    xattrs: Object.fromEntries(
      listXattrs(at).map((name) => [textOf(name), getXattr(at, name)?.toString('latin1') ?? '']),
    ),
  };
}

/** Whole seconds, rounded down, and the nanoseconds after them. */
function momentOf(nanoseconds: bigint): string {
  const rest = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return `${(nanoseconds - rest) / 1_000_000_000n}.${String(rest).padStart(9, '0')}`;
}

/** The superuser may do more: what only it can do is not tested by others, and the test says that it was skipped. */
export const IS_SUPERUSER = process.geteuid?.() === 0;
