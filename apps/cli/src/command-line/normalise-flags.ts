/** What the normaliser needs to know of an option. */
export interface FlagShape {
  /** `-e`. */
  readonly short?: string | undefined;
  /** `--exclude`; of negated ones `--no-cache`. */
  readonly long?: string | undefined;
  readonly takesValue: boolean;
  /** A switch that counts how often it is given: `--verbose=2` stands for two of it. */
  readonly counts?: boolean;
}

/** A switch was given a value that says neither yes nor no. */
export interface BadSwitchValue {
  readonly flag: string;
  readonly value: string;
}

export type NormalisedFlags =
  | { readonly status: 'ok'; readonly words: string[] }
  | ({ readonly status: 'bad-value' } & BadSwitchValue);

const YES = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const NO = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
const REPEATS_MAX = 9;

/**
 * Brings the spellings that scripts for restic use into those that commander reads: `--json=true`, `--no-cache=false`,
 * `--verbose=2`, `-e=pattern`. Values of options are left alone, whatever they look like, and so is everything behind `--`
 * and from the first word that `isEnd` accepts (a subcommand: its words are its own).
 */
export function normaliseFlags(
  words: readonly string[],
  shapes: readonly FlagShape[],
  isEnd: (word: string) => boolean = () => false,
): NormalisedFlags {
  const byName = new Map<string, FlagShape>();
  for (const shape of shapes) {
    if (shape.long !== undefined) byName.set(shape.long, shape);
    if (shape.short !== undefined) byName.set(shape.short, shape);
  }
  const done: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--' || isEnd(word)) return { status: 'ok', words: [...done, ...words.slice(at)] };
    const takeNext = (): void => {
      at += 1;
      if (at < words.length) done.push(words[at] ?? '');
    };
    if (word.startsWith('--')) {
      const split = splitLong(word);
      const shape = byName.get(split.name);
      if (shape === undefined || (split.value === undefined && !shape.takesValue)) done.push(word);
      else if (shape.takesValue) {
        done.push(word);
        if (split.value === undefined) takeNext();
      } else {
        const times = timesOf(split.value ?? '', shape);
        if (times === undefined) return { status: 'bad-value', flag: split.name, value: split.value ?? '' };
        for (let time = 0; time < times; time += 1) done.push(split.name);
      }
    } else if (word.startsWith('-') && word.length > 1) {
      const cluster = splitCluster(word, byName);
      done.push(...cluster.words);
      if (cluster.wantsValue) takeNext();
    } else done.push(word);
  }
  return { status: 'ok', words: done };
}

function splitLong(word: string): { readonly name: string; readonly value: string | undefined } {
  const equals = word.indexOf('=');
  return equals < 0 ? { name: word, value: undefined } : { name: word.slice(0, equals), value: word.slice(equals + 1) };
}

function timesOf(value: string, { counts = false }: FlagShape): number | undefined {
  if (counts && /^\d+$/.test(value)) return Math.min(Number(value), REPEATS_MAX);
  if (YES.has(value)) return 1;
  return NO.has(value) ? 0 : undefined;
}

/** `-vve=x` is `-v -v -e x`; an unknown letter leaves the word as it is, for the parser to refuse. */
function splitCluster(
  word: string,
  byName: ReadonlyMap<string, FlagShape>,
): { readonly words: readonly string[]; readonly wantsValue: boolean } {
  const words: string[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const name = `-${word[at]}`;
    const shape = byName.get(name);
    if (shape === undefined) return { words: [word], wantsValue: false };
    words.push(name);
    if (!shape.takesValue) continue;
    const rest = word.slice(at + 1);
    if (rest === '') return { words, wantsValue: true };
    return { words: [...words, rest.startsWith('=') ? rest.slice(1) : rest], wantsValue: false };
  }
  return { words, wantsValue: false };
}
