// Two people who edit the same thing: the second is told, instead of undoing what the first did. What can be edited has a
// revision that every change counts up; it is the ETag of an answer and the If-Match of a change.
import { LumbungError } from '@lumbung/stdx';

export function printEtag(revision: number): string {
  return `"${revision}"`;
}

/** @throws LumbungError REVISION_NEEDED, REVISION_MALFORMED (operator) */
export function parseIfMatch(header: string | null): number {
  if (header === null) {
    throw new LumbungError('REVISION_NEEDED', {
      kind: 'operator',
      message: 'a change says which revision it changes',
      hint: 'send the ETag of what you read as If-Match',
    });
  }
  // A proxy that compresses may have made it a weak one.
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(header.trim());
  if (match === null) {
    throw new LumbungError('REVISION_MALFORMED', {
      kind: 'operator',
      message: 'If-Match is not an ETag of this server',
      hint: 'send the ETag of what you read as If-Match',
    });
  }
  return Number(match[1]);
}

/** What an update throws that changed no row because its revision had gone on. */
export function revisionConflict(what: string): LumbungError {
  return new LumbungError('REVISION_CONFLICT', {
    kind: 'operator',
    message: `${what} was changed meanwhile by somebody else`,
    context: { what },
    hint: 'read it again, look at the difference, and repeat the change',
  });
}
