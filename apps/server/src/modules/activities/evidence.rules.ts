// What the records of runs prove. Pure.
import {
  type ActivityPart,
  type AssetId,
  isGoodOutcome,
  type RunCheck,
  type RunRecord,
  type SnapshotId,
} from '@lumbung/contracts';
import { parseRunRecord } from '@lumbung/contracts/schemas';
import type { StoredRun } from '../runs/index.ts';

export interface Readiness {
  readonly ready: readonly AssetId[];
  readonly notReady: readonly { readonly assetId: AssetId; readonly reasonCode: string }[];
}

/** Which of the assets can be backed up now. What fails of a destination or of this machine fails for all of them; a
 *  preparation that did not end well has found nothing ready. */
export function judgeReadiness(record: RunRecord, asked: readonly AssetId[]): Readiness {
  const failed = record.checks.filter(({ result }) => result === 'fail');
  const ofAll = failed.find(({ about }) => about !== 'source');
  const isCutShort = record.result === undefined && failed.length === 0 && record.outcome !== 'succeeded';
  const reasonFor = (assetId: AssetId): string | undefined => {
    const own = failed.find(({ about, subject }) => about === 'source' && subject === assetId);
    const check = own ?? ofAll;
    if (check !== undefined) return codeOf(check);
    return isCutShort && 'reason' in record ? record.reason : undefined;
  };
  const ready: AssetId[] = [];
  const notReady: { readonly assetId: AssetId; readonly reasonCode: string }[] = [];
  for (const assetId of asked) {
    const reasonCode = reasonFor(assetId);
    if (reasonCode === undefined) ready.push(assetId);
    else notReady.push({ assetId, reasonCode });
  }
  return { ready, notReady };
}

/** Check ids may carry what they are about (`path-empty:/srv/app`): a reason is the first word. */
function codeOf({ code, id }: RunCheck): string {
  const text = code ?? id;
  return /^[A-Za-z][A-Za-z0-9_-]{0,79}/.exec(text)?.[0] ?? 'not-ready';
}

export interface StepOutput {
  readonly runId: string;
  readonly assetId: string | null;
  readonly snapshotId: SnapshotId;
  readonly content: string;
  readonly name: string;
  readonly bytes: number;
  readonly addedBytes: number;
  readonly files: number;
  readonly rows?: number;
  /** Of the manifest of a dump; of files the root of the stored tree: equal content has an equal hash. */
  readonly sha256: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly verified: 'verified' | 'damaged' | 'pending';
}

/** The files of a step: every copy that its runs stored. */
export function outputsOf(runs: readonly StoredRun[]): readonly StepOutput[] {
  return runs.flatMap((run) => {
    if (run.record === null) return [];
    const record = parseRunRecord(JSON.parse(run.record));
    return record.copies.map((copy) => ({
      runId: run.id,
      assetId: copy.asset ?? run.asset_id,
      snapshotId: copy.snapshotId,
      content: copy.content,
      name: copy.database ?? copy.server ?? copy.application ?? copy.paths?.map(shownPath).join(', ') ?? '',
      bytes: copy.bytes,
      addedBytes: copy.storedBytes,
      files: copy.files,
      ...(copy.rows === undefined ? {} : { rows: copy.rows }),
      sha256: copy.manifestSha256 ?? copy.treeId,
      startedAt: copy.takenAt,
      endedAt: record.endedAt,
      verified: copy.verification?.verdict ?? 'pending',
    }));
  });
}

/** A path that is no text is shown by its bytes. */
function shownPath(path: string | { readonly bytes: string }): string {
  return typeof path === 'string' ? path : `base64:${path.bytes}`;
}

export type StepResult = 'pass' | 'warn' | 'fail';

export function worstCheck(checks: readonly RunCheck[]): StepResult {
  if (checks.some(({ result }) => result === 'fail')) return 'fail';
  return checks.some(({ result }) => result === 'warn') ? 'warn' : 'pass';
}

/** Every part has a good attempt: pass, or warn when one of them names what is missing. */
export function worstOutcome(parts: readonly ActivityPart[]): StepResult {
  const best = parts.map(({ attempts }) => {
    const outcomes = attempts.flatMap(({ end }) => (end === undefined ? [] : end.outcome));
    return outcomes.includes('succeeded') ? 'succeeded' : outcomes.find(isGoodOutcome);
  });
  if (best.some((outcome) => outcome === undefined)) return 'fail';
  return best.includes('warned') ? 'warn' : 'pass';
}
