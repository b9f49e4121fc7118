import { isLumbungError, LumbungError } from '@lumbung/stdx';

export function fileDamaged(folder: string, id: string, problem: string, cause?: unknown): LumbungError {
  const hint =
    folder === 'index'
      ? 'run "repair index": it is rebuilt from the packs'
      : folder === 'locks'
        ? 'run "unlock --remove-all" if nobody else works on the repository'
        : 'run "check" to see what else is damaged; restore the file from a copy of the repository if there is one';
  return new LumbungError('REPOSITORY_FILE_DAMAGED', {
    kind: 'corruption',
    message: `${folder}/${id} is damaged: ${problem}`,
    context: { folder, id },
    hint,
    cause,
  });
}

/** True for what says "this file will not be read, ever", as opposed to "not now". */
export function isDamage(error: unknown): boolean {
  return isLumbungError(error) && (error.kind === 'corruption' || error.code === 'BACKEND_FILE_MISSING');
}
