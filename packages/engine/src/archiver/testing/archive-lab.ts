import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assert, textOf } from '@lumbung/stdx';
import type { BlobId } from '../../format/ids.ts';
import { encodeSnapshot } from '../../format/snapshot-file.ts';
import { decodeTreeStable, type TreeNode } from '../../format/tree.ts';
import type { Repository } from '../../repository/repository.ts';
import { findSnapshot } from '../../snapshot/snapshots.ts';
import { createTestRepository, type TestRepository } from '../../testing/test-repository.ts';
import { backup } from '../backup.ts';
import type { BackupEvent, BackupOptions, BackupResult } from '../backup-options.ts';
import type { SourcesAhead } from '../sources-ahead.ts';

export interface LabBackup {
  readonly result: BackupResult;
  readonly events: readonly BackupEvent[];
  /** Code and item of every item error. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** A repository in memory, and a folder on a real disk that is backed up into it. */
export class ArchiveLab implements Disposable {
  readonly test: TestRepository;
  readonly source: string;

  private constructor(test: TestRepository) {
    this.test = test;
    this.source = mkdtempSync(path.join(os.tmpdir(), 'lumbung-archive-lab-'));
  }

  static async open(): Promise<ArchiveLab> {
    return new ArchiveLab(await createTestRepository({ packSizeBytes: 4 * 2 ** 20 }));
  }

  at(name: string): string {
    return path.join(this.source, name);
  }

  /** A file that was last changed long ago, as most are. */
  write(name: string, content: string | Uint8Array = name): string {
    const file = this.at(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    return file;
  }

  async backup(
    options: Partial<BackupOptions> = {},
    call: {
      readonly repository?: Repository;
      readonly signal?: AbortSignal;
      readonly onEvent?: (event: BackupEvent) => void;
      readonly ahead?: SourcesAhead;
    } = {},
  ): Promise<LabBackup> {
    const { repository = this.test.repository, signal, onEvent, ahead } = call;
    const events: BackupEvent[] = [];
    const result = await backup(
      repository,
      { targets: ['.'], workingDirectory: this.source, workerCount: 1, ...options },
      {
        ...(signal === undefined ? {} : { signal }),
        ...(ahead === undefined ? {} : { ahead }),
        reportItems: true,
        onEvent: (event) => {
          events.push(event);
          onEvent?.(event);
        },
      },
    );
    return {
      result,
      events,
      errors: result.errors.map(({ error, item }) => `${error.code} ${path.relative(this.source, item)}`),
      warnings: events.flatMap((event) => (event.kind === 'warning' ? [event.code] : [])),
    };
  }

  /** Every node of a snapshot by its path. Fails for a tree that another client would write differently. */
  async nodesOf({ tree }: { readonly tree: BlobId }): Promise<ReadonlyMap<string, TreeNode>> {
    const indexed = await this.test.repository.loadIndex();
    const found = new Map<string, TreeNode>();
    const visit = async (id: BlobId, folder: string): Promise<void> => {
      const { nodes, isStable } = decodeTreeStable(await indexed.loadBlob('tree', id));
      assert(isStable, `the tree of ${folder}/ is written as every client writes it`);
      for (const node of nodes) {
        const place = `${folder}/${textOf(node.name)}`;
        found.set(place, node);
        if (node.subtree !== undefined) await visit(node.subtree, place);
      }
    };
    await visit(tree, '');
    return found;
  }

  async pathsOf(result: BackupResult): Promise<readonly string[]> {
    return [...(await this.nodesOf(result)).keys()];
  }

  async contentOf(node: TreeNode | undefined): Promise<Buffer> {
    const indexed = await this.test.repository.loadIndex();
    return Buffer.concat(await Promise.all((node?.content ?? []).map((id) => indexed.loadBlob('data', id))));
  }

  /** A snapshot like that of `result`, but for the bytes of its root tree. */
  async forgeSnapshot({ snapshotId }: BackupResult, edit: (tree: string) => string): Promise<string> {
    const { repository } = this.test;
    const indexed = await repository.loadIndex();
    const { snapshot } = await findSnapshot(repository, snapshotId ?? '');
    const bytes = (await indexed.loadBlob('tree', snapshot.tree)).toString('latin1');
    const writer = indexed.createWriter();
    const { id } = await writer.save('tree', Buffer.from(edit(bytes), 'latin1'));
    await writer.flush();
    return await repository.saveUnpacked('snapshots', encodeSnapshot({ ...snapshot, tree: id }));
  }

  /** Snapshots and locks that are there. */
  async counts(): Promise<{ readonly snapshots: number; readonly locks: number }> {
    const count = async (folder: 'snapshots' | 'locks'): Promise<number> => {
      let files = 0;
      for await (const _ of this.test.repository.listIds(folder)) files += 1;
      return files;
    };
    return { snapshots: await count('snapshots'), locks: await count('locks') };
  }

  [Symbol.dispose](): void {
    rmSync(this.source, { recursive: true, force: true });
  }
}

const NOBODY = 65_534;

/** The superuser may read everything; this one may not. */
export async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

export const IS_SUPERUSER = process.geteuid?.() === 0;
