import type { CheckFinding } from './check-report.ts';
import type { TreeProblem } from './workers/messages.ts';

/** What a sweep found in a tree, as a check tells it. */
export function findingOfTree(problem: TreeProblem): CheckFinding {
  const { treeId, message, nodeName } = problem;
  const where = nodeName === undefined ? `tree ${treeId}` : `tree ${treeId}, node ${JSON.stringify(nodeName)}`;
  return {
    severity: 'error',
    code: problem.kind === 'tree' ? 'TREE_UNREADABLE' : problem.kind === 'node' ? 'NODE_INVALID' : 'BLOB_NOT_INDEXED',
    message: `${where}: ${message}`,
    treeId,
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(problem.kind === 'tree' ? { error: problem.error } : {}),
    ...(problem.kind === 'node' ? { nodeFault: problem.fault } : {}),
    ...(problem.kind === 'blob' ? { blobId: problem.blobId, blobType: problem.blobType } : {}),
  };
}
