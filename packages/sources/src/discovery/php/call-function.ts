import type { ByteString } from '@lumbung/stdx';
import { parentOf, resolvePath } from '../paths.ts';
import { bytesOfValue, type PhpValue, type Place, type Unknown } from './value.ts';

/** A variable of the environment, and where it is set. */
export interface EnvironmentValue {
  readonly value: ByteString;
  readonly at: Place;
}

/** What a file may ask for beyond its own text. */
export interface PhpSurroundings {
  /** The environment files of the application; undefined: it has none, so its environment is not known. */
  readonly environment?: ((name: string) => EnvironmentValue | undefined) | undefined;
  /** What the web server is known to put into `$_SERVER`. */
  readonly server?: ReadonlyMap<string, ByteString>;
  readonly constants?: ReadonlyMap<string, ByteString>;
  /** Folders that functions without meaning for PHP itself name: `database_path` → the folder. */
  readonly pathFunctions?: ReadonlyMap<string, ByteString>;
}

/** The value of a function that is the same on every machine, or is asked of the environment files.
 *  @param name lower case, without a namespace */
export function callFunction(
  name: string,
  args: readonly PhpValue[],
  at: Place,
  surroundings: PhpSurroundings,
): PhpValue {
  const text = bytesOfValue(args[0]);
  const unknown: PhpValue = { kind: 'unresolved', why: whyOf(args[0]) ?? { kind: 'expression' }, at };
  const folder = surroundings.pathFunctions?.get(name);
  if (folder !== undefined) {
    if (args.length === 0) return { kind: 'scalar', value: folder, at };
    return text === undefined ? unknown : { kind: 'scalar', value: resolvePath(folder, text), at };
  }
  switch (name) {
    case 'env':
    case 'getenv_docker':
      return text === undefined ? unknown : readEnvironment(text, args[1], at, surroundings, true);
    case 'getenv':
      return text === undefined ? unknown : readEnvironment(text, undefined, at, surroundings, false);
    case 'dirname':
      return text === undefined ? unknown : { kind: 'scalar', value: dirname(text, args[1]), at };
    case 'realpath':
      return args[0] ?? unknown;
    case 'trim':
      return text === undefined ? unknown : { kind: 'scalar', value: text.trim(), at };
    case 'base64_decode':
      return text === undefined
        ? unknown
        : { kind: 'scalar', value: Buffer.from(text, 'base64').toString('latin1'), at };
    default:
      return unknown;
  }
}

function whyOf(value: PhpValue | undefined): Unknown | undefined {
  return value?.kind === 'unresolved' ? value.why : undefined;
}

function dirname(path: ByteString, levels: PhpValue | undefined): ByteString {
  const count = levels?.kind === 'scalar' && typeof levels.value === 'number' ? Math.min(levels.value, 100) : 1;
  let folder = path;
  for (let level = 0; level < count; level += 1) folder = folder.includes('/') ? parentOf(folder) : ('.' as ByteString);
  return folder;
}

/** What Laravel's `env()` makes of words. */
const WORDS: ReadonlyMap<string, string | boolean | null> = new Map<string, string | boolean | null>([
  ['true', true],
  ['(true)', true],
  ['false', false],
  ['(false)', false],
  ['null', null],
  ['(null)', null],
  ['empty', ''],
  ['(empty)', ''],
]);

export function readEnvironment(
  name: ByteString,
  otherwise: PhpValue | undefined,
  at: Place,
  { environment }: PhpSurroundings,
  hasWords: boolean,
): PhpValue {
  const found = environment?.(name);
  if (found !== undefined) {
    const word = hasWords ? WORDS.get(found.value.toLowerCase()) : undefined;
    return { kind: 'scalar', value: word === undefined ? found.value : word, at: found.at };
  }
  // A default counts only when it is known that nothing else sets the variable.
  if (environment !== undefined && hasWords) return otherwise ?? { kind: 'scalar', value: null, at };
  return { kind: 'unresolved', why: { kind: 'environment', variable: name }, at };
}
