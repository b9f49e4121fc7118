import { type ByteString, toErrorRecord } from '@lumbung/stdx';
import type { NodeType } from '../format/tree.ts';
import {
  RESTORE_ERRORS_KEPT_MAX,
  type RestoreAction,
  type RestoreCallOptions,
  type RestoreItemError,
  type RestoreProgress,
} from './restore-options.ts';

type Counters = { -readonly [Name in keyof RestoreProgress]: RestoreProgress[Name] };

/** Counts, and tells the caller. */
export class RestoreTally {
  readonly #onEvent: RestoreCallOptions['onEvent'];
  readonly #reportsItems: boolean;
  readonly #counters: Counters = {
    filesTotal: 0,
    filesRestored: 0,
    filesSkipped: 0,
    filesDeleted: 0,
    bytesTotal: 0,
    bytesRestored: 0,
    bytesSkipped: 0,
  };
  readonly #errors: RestoreItemError[] = [];
  #errorCount = 0;

  constructor(call: RestoreCallOptions) {
    this.#onEvent = call.onEvent;
    this.#reportsItems = call.reportItems ?? false;
  }

  get progress(): RestoreProgress {
    return { ...this.#counters };
  }

  get errorCount(): number {
    return this.#errorCount;
  }

  get errors(): readonly RestoreItemError[] {
    return this.#errors;
  }

  /** True: `done`, `skipped` and `deleted` need paths; false: they may be given empty ones. */
  get needsPaths(): boolean {
    return this.#reportsItems;
  }

  expect(sizeBytes: number): void {
    this.#counters.filesTotal += 1;
    this.#counters.bytesTotal += sizeBytes;
  }

  /** What was expected turned out to need nothing. */
  unexpect(sizeBytes: number): void {
    this.#counters.filesTotal -= 1;
    this.#counters.bytesTotal -= sizeBytes;
  }

  wrote(bytes: number): void {
    this.#counters.bytesRestored += bytes;
  }

  done(action: 'restored' | 'updated', path: ByteString, type: NodeType, sizeBytes: number): void {
    this.#counters.filesRestored += 1;
    this.#item(action, path, type, sizeBytes);
  }

  skipped(path: ByteString, type: NodeType, sizeBytes: number): void {
    this.#counters.filesSkipped += 1;
    this.#counters.bytesSkipped += sizeBytes;
    this.#item('unchanged', path, type, sizeBytes);
  }

  deleted(path: ByteString): void {
    this.#counters.filesDeleted += 1;
    this.#item('deleted', path, undefined, 0);
  }

  failed(path: ByteString, error: unknown): void {
    const record = toErrorRecord(error);
    this.#errorCount += 1;
    if (this.#errors.length < RESTORE_ERRORS_KEPT_MAX) this.#errors.push({ path, error: record });
    this.#onEvent?.({ kind: 'error', path, error: record });
  }

  warn(path: ByteString, error: unknown): void {
    this.#onEvent?.({ kind: 'warning', path, error: toErrorRecord(error) });
  }

  verifying(): void {
    this.#onEvent?.({ kind: 'verifying' });
  }

  status(): void {
    this.#onEvent?.({ kind: 'status', progress: this.progress, errorCount: this.#errorCount });
  }

  #item(action: RestoreAction, path: ByteString, type: NodeType | undefined, sizeBytes: number): void {
    if (this.#reportsItems) this.#onEvent?.({ kind: 'item', action, path, type, sizeBytes });
  }
}
