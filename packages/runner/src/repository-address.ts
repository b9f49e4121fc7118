import path from 'node:path';
import { LumbungError } from '@lumbung/stdx';

/** Where a repository lies, by the driver that reaches it. */
export interface RepositoryAddress {
  readonly driver: 'local';
  /** Absolute. */
  readonly path: string;
}

/** Schemes of restic's addresses whose drivers are not part of this version. */
const SCHEMES_TO_COME = new Set(['sftp', 's3', 'rest', 'rclone', 'azure', 'b2', 'gs', 'swift']);

/**
 * Reads an address: `/path`, `relative/path` or `local:path` is a folder; `sftp:`, `s3:`, `rest:` and the like are known but
 * cannot be reached yet. Relative paths start at `workingDirectory`.
 *
 * A word with a colon behind it that is no scheme is refused instead of becoming a folder of that name: it is a typing
 * error more often than a folder, and a backup into the wrong place looks like a success.
 *
 * @throws LumbungError REPOSITORY_ADDRESS_INVALID, REPOSITORY_DRIVER_MISSING (operator)
 */
export function parseRepositoryAddress(text: string, workingDirectory: string): RepositoryAddress {
  if (text === '' || text.includes('\0')) throw addressInvalid(text, 'it is empty or holds a NUL');
  const { scheme, rest } = splitScheme(text);
  if (scheme === undefined || scheme === 'local') {
    if (rest === '') throw addressInvalid(text, 'the folder is missing');
    return { driver: 'local', path: path.resolve(workingDirectory, rest) };
  }
  if (SCHEMES_TO_COME.has(scheme)) throw driverMissing(scheme);
  throw addressInvalid(text, `there is no kind of storage called ${scheme}`);
}

function splitScheme(text: string): { readonly scheme: string | undefined; readonly rest: string } {
  // `server:/path` and `user@server:path` are how other programs write SSH addresses.
  const [, scheme, rest = ''] = /^([A-Za-z0-9][\w.@+-]*):(.*)$/s.exec(text) ?? [];
  return scheme === undefined ? { scheme, rest: text } : { scheme: scheme.toLowerCase(), rest };
}

function addressInvalid(text: string, reason: string): LumbungError {
  const address = withoutCredentials(text);
  return new LumbungError('REPOSITORY_ADDRESS_INVALID', {
    kind: 'operator',
    message: `not the address of a repository: ${address} (${reason})`,
    context: { address, reason },
    hint: 'name a folder; one whose name has a colon is written as local:NAME',
  });
}

function driverMissing(scheme: string): LumbungError {
  return new LumbungError('REPOSITORY_DRIVER_MISSING', {
    kind: 'operator',
    message: `this version cannot reach repositories of the kind ${scheme}:`,
    context: { scheme },
    hint: 'use a folder: a local disk, or a NAS or server mounted as one; a later version brings more kinds',
  });
}

/** Addresses may carry a user and a password before an `@`: neither belongs into a message. */
function withoutCredentials(text: string): string {
  return text.replaceAll('\0', '\\0').replace(/\/\/[^/@]*@/, '//');
}
