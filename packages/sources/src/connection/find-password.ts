import { LumbungError } from '@lumbung/stdx';
import { Secret } from '../process/secret.ts';
import type { Target } from './target.ts';

const PASSWORD_BYTES_MAX = 4096;

/** Where a password may stand besides the address. */
export interface PasswordPlaces {
  readonly file?: string | undefined;
  /** The name of a variable of the environment. */
  readonly variable?: string | undefined;
}

/** How those places are looked up: handed in, since they are files and the environment of whoever starts us. */
export interface PasswordLookups {
  readFile(path: string): Promise<Uint8Array>;
  variable(name: string): string | undefined;
}

/**
 * The target with its password from the one place that has it.
 *
 * @throws LumbungError DB_PASSWORD_TWICE, DB_PASSWORD_PLACE_EMPTY (operator); what reading the file fails with
 */
export async function withPassword(target: Target, places: PasswordPlaces, lookups: PasswordLookups): Promise<Target> {
  const { file, variable } = places;
  const named = [target.password, file, variable].filter((place) => place !== undefined);
  if (named.length > 1) {
    throw new LumbungError('DB_PASSWORD_TWICE', {
      kind: 'operator',
      message: 'the password of the database comes from more than one place',
      hint: 'keep it in a file that only you can read, and take it out of the address',
    });
  }
  if (file !== undefined) return { ...target, password: new Secret(passwordIn(await lookups.readFile(file), file)) };
  if (variable === undefined) return target;
  const value = lookups.variable(variable);
  if (value === undefined || value === '') throw placeEmpty(variable);
  return { ...target, password: new Secret(value) };
}

/** The first line, without its end; any other line would be a mistake, or another file. */
function passwordIn(bytes: Uint8Array, file: string): string {
  if (bytes.byteLength > PASSWORD_BYTES_MAX) throw placeEmpty(file);
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '' || /[\0\n]/.test(text)) throw placeEmpty(file);
  return text;
}

function placeEmpty(place: string): LumbungError {
  return new LumbungError('DB_PASSWORD_PLACE_EMPTY', {
    kind: 'operator',
    message: `there is no password in ${place}`,
    context: { place },
    hint: 'write the password alone into it, on one line',
  });
}
