import path from 'node:path';
import {
  executeRestore,
  findSnapshot,
  OVERWRITE_POLICIES,
  planRestore,
  previewRestore,
  resolveTree,
  type RestoreEvent,
  type RestoreResult,
  shortId,
} from '@lumbung/engine';
import { byteStringOfText, formatByteSize, fromErrorRecord, LumbungError, textOf } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { errorSentence } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage, nonZero } from '../json.ts';
import { formatDuration, formatRate, ProgressLine } from '../progress-line.ts';
import { choiceOf, patternsOf } from './patterns.ts';
import { filterOf } from './snapshot-filter.ts';

const JSON_STATUS_MS = 1000;

export const run: CommandRun = async (context, [spec = 'latest'], options) => {
  const { output, texts, signal } = context;
  const target = options.text('target');
  if (target === undefined) {
    throw new LumbungError('TARGET_MISSING', { kind: 'operator', message: 'no target folder was named', hint: 'use --target FOLDER' });
  }
  const repository = await context.openRepository();
  await using lock = context.isLockWanted ? await context.lock(repository, 'shared') : undefined;
  void lock;
  const { snapshot, subfolder } = await findSnapshot(repository, spec, filterOf(options), signal);
  const indexed = await repository.loadIndex({ signal });
  const folder = path.resolve(context.world.workingDirectory, target);
  const include = choiceOf(await patternsOf(context, options, 'include'));
  const exclude = choiceOf(await patternsOf(context, options, 'exclude'));
  const overwrite = options.choice('overwrite', OVERWRITE_POLICIES);
  const plan = await planRestore(
    indexed,
    {
      treeId: await resolveTree(indexed, snapshot.tree, subfolder),
      target: byteStringOfText(folder),
      ...(isEmpty(include) ? {} : { include }),
      ...(isEmpty(exclude) ? {} : { exclude }),
      ...(overwrite === undefined ? {} : { overwrite }),
      deleteExtra: options.flag('delete'),
      sparse: options.flag('sparse'),
      verify: options.flag('verify'),
      ownershipByName: options.flag('ownershipByName'),
      ...(options.texts('includeXattr').length === 0 ? {} : { includeXattrs: options.texts('includeXattr') }),
      ...(options.texts('excludeXattr').length === 0 ? {} : { excludeXattrs: options.texts('excludeXattr') }),
    },
    signal,
  );
  output.say(texts.t('restore.restoring', { snapshot: shortId(snapshot.id), target: folder }));
  using report = new RestoreReport(context);
  const isDryRun = options.flag('dryRun');
  const act = isDryRun ? previewRestore : executeRestore;
  const result = await act(plan, { signal, onEvent: report.onEvent, reportItems: output.verbosity >= (isDryRun ? 1 : 2) });
  report.finish(result, isDryRun);
  return result.errorCount > 0 ? EXIT.failed : EXIT.ok;
};

function isEmpty(choice: { readonly patterns: readonly string[]; readonly caseInsensitivePatterns: readonly string[] }): boolean {
  return choice.patterns.length + choice.caseInsensitivePatterns.length === 0;
}

class RestoreReport implements Disposable {
  readonly #context: CommandContext;
  readonly #line: ProgressLine;
  #lastStatusMs = 0;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#line = new ProgressLine(context.output, context.world.ports.clock);
  }

  onEvent = (event: RestoreEvent): void => {
    const { output, texts } = this.#context;
    switch (event.kind) {
      case 'status':
        this.#showStatus(event);
        break;
      case 'item': {
        const item = textOf(event.path);
        output.message(jsonMessage({ message_type: 'verbose_status', action: event.action, item, size: event.sizeBytes }));
        output.say(texts.t(`restore.item.${event.action}`, { item }));
        break;
      }
      case 'error':
      case 'warning': {
        const item = textOf(event.path);
        const { message } = errorSentence(fromErrorRecord(event.error), texts);
        if (event.kind === 'error') output.errorMessage(jsonMessage({ message_type: 'error', error: { message }, during: 'restore', item }));
        output.warn(event.kind === 'error' ? texts.t('restore.itemError', { item, message }) : `${item}: ${message}`);
        break;
      }
      case 'verifying':
        output.say(texts.t('restore.verifying'));
        break;
    }
  };

  #showStatus({ progress }: Extract<RestoreEvent, { kind: 'status' }>): void {
    const { output, texts } = this.#context;
    const elapsedMs = this.#line.elapsedMs;
    if (output.isJson) {
      if (elapsedMs - this.#lastStatusMs < JSON_STATUS_MS) return;
      this.#lastStatusMs = elapsedMs;
      output.message(
        jsonMessage({
          message_type: 'status',
          seconds_elapsed: nonZero(Math.floor(elapsedMs / 1000)),
          percent_done: progress.bytesTotal === 0 ? 0 : Math.min(1, progress.bytesRestored / progress.bytesTotal),
          ...counters(progress),
        }),
      );
      return;
    }
    const rate = formatRate(progress.bytesRestored, elapsedMs);
    this.#line.show(
      texts.t('restore.status', {
        files: progress.filesRestored,
        total: progress.filesTotal,
        bytes: formatByteSize(progress.bytesRestored),
        rate: rate === '' ? '' : `, ${rate}`,
      }),
      progress.bytesRestored,
      progress.bytesTotal,
    );
  }

  finish(result: RestoreResult, isDryRun: boolean): void {
    this.#line.clear();
    const { output, texts } = this.#context;
    const { progress } = result;
    output.message(
      jsonMessage({ message_type: 'summary', seconds_elapsed: nonZero(Math.floor(result.durationMs / 1000)), ...counters(progress) }),
    );
    const bytes = formatByteSize(progress.bytesRestored);
    const time = formatDuration(result.durationMs);
    output.say(texts.t(isDryRun ? 'restore.wouldRestore' : 'restore.done', { files: progress.filesRestored, bytes, time }));
    if (progress.filesSkipped > 0) output.say(texts.t('restore.skipped', { files: progress.filesSkipped, bytes: formatByteSize(progress.bytesSkipped) }));
    if (progress.filesDeleted > 0) output.say(texts.t('restore.deleted', { files: progress.filesDeleted }));
    if (result.filesVerified > 0) output.say(texts.t('restore.verified', { files: result.filesVerified }));
    if (result.errorCount > 0) output.warn(texts.t('restore.errors', { count: result.errorCount }));
  }

  [Symbol.dispose](): void {
    this.#line.clear();
  }
}

function counters(progress: RestoreResult['progress']): Readonly<Record<string, unknown>> {
  return {
    total_files: nonZero(progress.filesTotal),
    files_restored: nonZero(progress.filesRestored),
    files_skipped: nonZero(progress.filesSkipped),
    files_deleted: nonZero(progress.filesDeleted),
    total_bytes: nonZero(progress.bytesTotal),
    bytes_restored: nonZero(progress.bytesRestored),
    bytes_skipped: nonZero(progress.bytesSkipped),
  };
}
