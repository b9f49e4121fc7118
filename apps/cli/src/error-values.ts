import { shownText } from './shown-name.ts';
import type { Texts, TextValues } from './texts/texts.ts';

type Context = Readonly<Record<string, string | number | boolean | undefined>>;
type Show = (value: string, texts: Texts) => string;

/** What an item is, a word of snapshots: `dir`. */
const NODE_TYPES = ['file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket', 'irregular'] as const;
const BLOB_FAULTS = ['seal', 'compression', 'hash', 'missing', 'truncated'] as const;
const LOCK_KINDS = ['none', 'shared', 'exclusive'] as const;

/** Values that are words of the engine, or times: by their names, how people read them. */
const SHOWN: Readonly<Record<string, Show>> = {
  reason: (value, texts) => shownText(texts.phrase(value)),
  obstacle: (value, texts) => shownText(texts.phrase(value)),
  one: (value, texts) => shownText(texts.phrase(value)),
  other: (value, texts) => shownText(texts.phrase(value)),
  errno: shownErrno,
  since: (value, { moment }) => (Number.isNaN(Date.parse(value)) ? shownText(value) : moment(Date.parse(value))),
  type: (value, { t }) => translated(NODE_TYPES, value, (type) => t(`type.${type}`)),
  fault: (value, { t }) => translated(BLOB_FAULTS, value, (fault) => t(`fault.${fault}`)),
  needed: (value, { t }) => translated(LOCK_KINDS, value, (kind) => t(`lockKind.${kind}`)),
  held: (value, { t }) => translated(LOCK_KINDS, value, (kind) => t(`lockKind.${kind}`)),
};

/** The values of an error as they stand in a sentence. They may come from a repository or a server: nothing in them moves the
 *  cursor. What is false or missing is left out, so that texts can ask for it. */
export function shownValues(context: Context, texts: Texts): TextValues {
  const shown: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(context)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'string') shown[name] = SHOWN[name]?.(value, texts) ?? shownText(value);
    else if (typeof value === 'number') shown[name] = name.endsWith('Bytes') ? texts.count(value) : value;
    else shown[name] = name;
  }
  return shown;
}

/** `the disk reports an error (EIO)`; a code without a phrase stands alone. */
function shownErrno(errno: string, texts: Texts): string {
  const phrase = texts.error(errno, {})?.message;
  return phrase === undefined ? shownText(errno) : `${phrase} (${errno})`;
}

function translated<const T extends string>(known: readonly T[], value: string, say: (value: T) => string): string {
  const found = known.find((each) => each === value);
  return found === undefined ? shownText(value) : say(found);
}
