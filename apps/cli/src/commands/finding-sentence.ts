import type { CheckFinding, PackProblem } from '@lumbung/engine';
import { recordSentence } from '../errors.ts';
import { shownText } from '../shown-name.ts';
import type { Texts } from '../texts/texts.ts';

/** What a check found, in the user's language. */
export function findingSentence(finding: CheckFinding, texts: Texts): string {
  const { t, count } = texts;
  const { packId: pack, indexId: index, snapshotId: snapshot, treeId: tree, blobId: blob, problems = [] } = finding;
  const node = finding.nodeName === undefined ? undefined : JSON.stringify(shownText(finding.nodeName));
  const { nodeFault, error, sizeBytes = 0, expectedBytes = 0 } = finding;
  const reason =
    nodeFault !== undefined ? t(`nodeFault.${nodeFault}`) : error === undefined ? '' : recordSentence(error, texts);
  const values = {
    ...{ pack, index, snapshot, tree, blob, node, reason },
    size: count(sizeBytes),
    expected: count(expectedBytes),
    count: problems.length,
  };
  if (finding.code !== 'BLOB_NOT_INDEXED') return t(`finding.${finding.code}`, values);
  if (snapshot !== undefined) return t('finding.ROOT_NOT_INDEXED', values);
  return t(node === undefined ? 'finding.BLOB_NOT_INDEXED' : 'finding.NODE_NOT_INDEXED', values);
}

/** What is wrong with a damaged pack. */
export function problemSentence(problem: PackProblem, texts: Texts): string {
  const { t } = texts;
  switch (problem.kind) {
    case 'hash':
      return t('problem.hash', { hash: problem.actualId });
    case 'header':
      return t('problem.header', { reason: recordSentence(problem.error, texts) });
    case 'not-in-index':
    case 'not-in-header':
      return t(`problem.${problem.kind}`, { blob: problem.blobId });
    case 'blob':
      return t('problem.blob', { blob: problem.blobId, reason: t(`fault.${problem.fault}`) });
    case 'more':
      return t('problem.more', { count: problem.count });
  }
}
