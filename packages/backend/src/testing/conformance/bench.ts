// What every part of the suite works with.
import { expect } from 'vitest';
import type { Backend, FileHandle, FileInfo, Layout } from '../../backend.ts';

/** The layout that the suite opens every backend with. */
export const CONFORMANCE_LAYOUT: Layout = { folders: ['keys', 'data', 'locks'], shardedFolders: ['data'] };

export interface OpenedBackend {
  /** At an empty place, `create` not called yet. */
  readonly backend: Backend;
  /** A second client of the same place; without it the tests of two clients use one. */
  readonly reopen?: () => Promise<Backend>;
  /** Takes the place away. */
  readonly dispose?: () => Promise<void>;
}

export interface BackendHarness {
  /** @param layout {@link CONFORMANCE_LAYOUT} */
  open(layout: Layout): Promise<OpenedBackend>;
  /** Abilities that this backend lacks, told aloud: the titles of tests, and why. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}

export const FILES = {
  root: { folder: '', name: 'config' },
  flat: { folder: 'keys', name: 'a0'.repeat(32) },
  sharded: { folder: 'data', name: 'b1'.repeat(32) },
  short: { folder: 'data', name: 'c' },
  otherShard: { folder: 'data', name: 'b2'.repeat(32) },
} as const satisfies Readonly<Record<string, FileHandle>>;

export const MEBIBYTE = 2 ** 20;

export type Test = (title: string, run: () => Promise<void>) => void;

export class Bench {
  readonly #harness: BackendHarness;
  #disposals: (() => Promise<void>)[] = [];

  constructor(harness: BackendHarness) {
    this.#harness = harness;
  }

  async open(): Promise<{ readonly backend: Backend; readonly other: Backend }> {
    const { backend, reopen, dispose } = await this.#harness.open(CONFORMANCE_LAYOUT);
    this.#disposals.push(async () => {
      await backend.close();
      await dispose?.();
    });
    return { backend, other: reopen === undefined ? backend : await reopen() };
  }

  async created(): Promise<{ readonly backend: Backend; readonly other: Backend }> {
    const opened = await this.open();
    await opened.backend.create();
    return opened;
  }

  async dispose(): Promise<void> {
    const disposals = this.#disposals;
    this.#disposals = [];
    for (const dispose of disposals) await dispose();
  }
}

/** Bytes that differ from file to file and repeat nowhere soon. */
export function contentOf(seed: number, sizeBytes: number): Buffer {
  const content = Buffer.allocUnsafe(sizeBytes);
  let state = (seed + 1) >>> 0;
  for (let at = 0; at < sizeBytes; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content[at] = state >>> 24;
  }
  return content;
}

export async function listOf(backend: Backend, folder: string): Promise<FileInfo[]> {
  const found: FileInfo[] = [];
  for await (const { name, sizeBytes } of backend.list(folder)) found.push({ name, sizeBytes });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function everythingIn(backend: Backend): Promise<readonly FileInfo[][]> {
  return await Promise.all(['', ...CONFORMANCE_LAYOUT.folders].map((folder) => listOf(backend, folder)));
}

export async function expectCode(act: Promise<unknown>, code: string, kind: string): Promise<void> {
  await expect(act).rejects.toMatchObject({ name: 'LumbungError', code, kind });
}
