import { type ByteString, LumbungError } from '@lumbung/stdx';
import { ID_HEX_LENGTH } from './ids.ts';
import { JsonCursor, tokenOf } from './json-cursor.ts';
import { unquoteName } from './name-quoting.ts';

/** Fields of a node in the order they are stored, by the place of their value in the scanned bytes. */
export const NODE_KEYS = [
  'name',
  'type',
  'mode',
  'mtime',
  'atime',
  'ctime',
  'uid',
  'gid',
  'user',
  'group',
  'inode',
  'device_id',
  'size',
  'links',
  'linktarget',
  'linktarget_raw',
  'extended_attributes',
  'generic_attributes',
  'device',
  'content',
  'subtree',
  'error',
] as const;
export type NodeKey = (typeof NODE_KEYS)[number];

export const NODE_TYPES = ['file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket'] as const;
/** What a client may write. */
export type KnownNodeType = (typeof NODE_TYPES)[number];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Begins `null`, and nothing else that is a value. */
const SMALL_N = 0x6e;

/** An id, its quotes, and what parts it from the next. */
const ID_STRIDE = ID_HEX_LENGTH + 3;
/** Digits of the largest 64-bit number. */
const U64_DIGITS_MAX = 20;

/** 0 for a lower-case hex digit, 1 for every other byte. */
const NO_HEX_DIGIT = new Uint8Array(256).fill(1);
for (const digit of '0123456789abcdef') NO_HEX_DIGIT[digit.charCodeAt(0)] = 0;

const KEY_INDEX: Readonly<Record<NodeKey, number>> = Object.fromEntries(
  NODE_KEYS.map((key, keyIdx) => [key, keyIdx]),
) as Record<NodeKey, number>; // made of all keys

const NAME = KEY_INDEX.name;
const CONTENT = KEY_INDEX.content;
const SUBTREE = KEY_INDEX.subtree;
const TYPE = KEY_INDEX.type;
const RARE_KEYS: readonly number[] = [
  KEY_INDEX.linktarget,
  KEY_INDEX.linktarget_raw,
  KEY_INDEX.extended_attributes,
  KEY_INDEX.generic_attributes,
  KEY_INDEX.device,
  KEY_INDEX.error,
];
const UNKNOWN_KEY = -1;

/** Each key as it is written without spaces: quotes, colon. */
const KEY_TOKENS: readonly Uint8Array[] = NODE_KEYS.map((key) => tokenOf(`"${key}":`));
/** Length and first letter tell the keys of a node apart; the table is indexed by both. */
const KEY_LENGTH_MAX = 31;
const KEY_SLOTS = new Int8Array((KEY_LENGTH_MAX + 1) * 26).fill(UNKNOWN_KEY);
for (const [keyIdx, key] of NODE_KEYS.entries()) KEY_SLOTS[key.length * 26 + key.charCodeAt(0) - 0x61] = keyIdx;

const TYPE_TOKENS = NODE_TYPES.map((type) => ({ type, token: tokenOf(`"${type}"`) }));

const NODES_TOKEN = Buffer.from('"nodes"', 'latin1');

/** @param at place in the bytes of the tree */
export function treeInvalid(reason: string, at: number, cause?: unknown): LumbungError {
  return new LumbungError('TREE_INVALID', {
    kind: 'corruption',
    message: `a folder in the repository is damaged: ${reason}`,
    context: { reason, at },
    hint: 'run lumbung check --read-data',
    cause,
  });
}

/**
 * Steps through the nodes of a tree without making objects: fields are places in the bytes, and are decoded when they
 * are asked for. Keys may stand in any order, unknown ones are passed over, `null` counts as absent; of a key that
 * stands twice the last counts. All places are offsets into the bytes handed in.
 *
 * Every call throws TREE_INVALID (corruption) for what is no tree.
 */
export class TreeScanner {
  readonly #bytes: Buffer;
  readonly #cursor: JsonCursor;
  readonly #starts = new Int32Array(NODE_KEYS.length);
  readonly #ends = new Int32Array(NODE_KEYS.length);
  /** By key: the key that followed it last. Nodes resemble each other, so it is tried first. */
  readonly #followers = new Int8Array(NODE_KEYS.length).fill(UNKNOWN_KEY);
  readonly #lastTexts: string[] = [];
  #state: 'first' | 'further' | 'done' = 'first';
  /** Place of the present node's opening brace, and behind its closing one. */
  nodeStart = 0;
  nodeEnd = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#cursor = new JsonCursor(bytes, treeInvalid);
    this.#enter();
  }

  /** Moves to the next node; false behind the last, when all of the document has been read. */
  next(): boolean {
    if (this.#state === 'done') return false;
    const cursor = this.#cursor;
    cursor.skipSpace();
    if (cursor.take(CLOSE_BRACKET)) {
      this.#leave();
      return false;
    }
    if (this.#state === 'further') {
      cursor.expect(COMMA);
      cursor.skipSpace();
    }
    this.#state = 'further';
    this.#scanNode();
    return true;
  }

  has(key: NodeKey): boolean {
    return (this.#starts[KEY_INDEX[key]] ?? -1) >= 0;
  }

  /** The raw JSON of a field; undefined when it is absent or null. */
  raw(key: NodeKey): string | undefined {
    const keyIdx = KEY_INDEX[key];
    const start = this.#starts[keyIdx] ?? -1;
    return start < 0 ? undefined : this.#bytes.toString('utf8', start, this.#ends[keyIdx]);
  }

  /** A string field decoded; empty when absent. */
  text(key: NodeKey): string {
    const keyIdx = KEY_INDEX[key];
    const start = this.#starts[keyIdx] ?? -1;
    if (start < 0) return '';
    if (this.#bytes[start] !== QUOTE) throw treeInvalid(`${key} is not text`, start);
    return this.#cursor.textAt(start, this.#ends[keyIdx] ?? start);
  }

  /** What stands between the quotes of a string field, one character a byte and no escape undone; empty when absent.
   *  Cheaper than `text` for what must be plain anyway, as a time must. */
  bareText(key: NodeKey): string {
    const keyIdx = KEY_INDEX[key];
    const start = this.#starts[keyIdx] ?? -1;
    if (start < 0) return '';
    if (this.#bytes[start] !== QUOTE) throw treeInvalid(`${key} is not text`, start);
    return this.#bytes.toString('latin1', start + 1, (this.#ends[keyIdx] ?? start) - 1);
  }

  /** `text` for a field that is the same in most nodes: then the same string, unread. */
  repeatedText(key: NodeKey): string {
    const keyIdx = KEY_INDEX[key];
    const start = this.#starts[keyIdx] ?? -1;
    if (start < 0) return '';
    const last = this.#lastTexts[keyIdx] ?? '';
    if (this.#ends[keyIdx] === start + last.length + 2 && this.#isAsciiText(start, last)) return last;
    const text = this.text(key);
    this.#lastTexts[keyIdx] = text;
    return text;
  }

  /** Whether two string fields hold the same bytes. */
  isSameText(key: NodeKey, other: NodeKey): boolean {
    const start = this.#starts[KEY_INDEX[key]] ?? -1;
    const otherStart = this.#starts[KEY_INDEX[other]] ?? -1;
    if (start < 0 || otherStart < 0) return false;
    const length = (this.#ends[KEY_INDEX[key]] ?? 0) - start;
    if ((this.#ends[KEY_INDEX[other]] ?? 0) - otherStart !== length) return false;
    const bytes = this.#bytes;
    for (let idx = 0; idx < length; idx += 1) if (bytes[start + idx] !== bytes[otherStart + idx]) return false;
    return true;
  }

  /** Whether the string whose opening quote is at `start` is exactly `text`, which holds nothing that JSON escapes. */
  #isAsciiText(start: number, text: string): boolean {
    const bytes = this.#bytes;
    if (bytes[start] !== QUOTE) return false;
    for (let idx = 0; idx < text.length; idx += 1) {
      const code = text.charCodeAt(idx);
      if (bytes[start + 1 + idx] !== code || code === BACKSLASH || code > 0x7f) return false;
    }
    return true;
  }

  /** The present node's name as raw bytes; empty when it has none. */
  name(): ByteString {
    const start = this.#starts[NAME] ?? -1;
    if (start < 0) return '' as ByteString; // no bytes
    const bytes = this.#bytes;
    const end = (this.#ends[NAME] ?? start) - 1;
    if (bytes[start] !== QUOTE) throw treeInvalid('a name is not text', start);
    for (let at = start + 1; at < end; at += 1) {
      if (bytes[at] === BACKSLASH) return unquoteName(this.#cursor.textAt(start, end + 1));
    }
    // Without an escape the stored bytes are the raw ones.
    return bytes.toString('latin1', start + 1, end) as ByteString;
  }

  type(): string {
    return this.knownType() ?? this.text('type');
  }

  /** The type when it is one of the format; undefined for any other. */
  knownType(): KnownNodeType | undefined {
    const start = this.#starts[TYPE] ?? -1;
    if (start < 0) return undefined;
    const length = (this.#ends[TYPE] ?? start) - start;
    for (const { type, token } of TYPE_TOKENS) {
      if (token.length === length && this.#hasTokenAt(token, start)) return type;
    }
    return undefined;
  }

  #hasTokenAt(token: Uint8Array, at: number): boolean {
    const bytes = this.#bytes;
    for (let idx = 0; idx < token.length; idx += 1) if (bytes[at + idx] !== token[idx]) return false;
    return true;
  }

  /** Whether the node has a field that plain files and folders have not: the link's target, attributes, device, error. */
  hasRareFields(): boolean {
    const starts = this.#starts;
    for (const keyIdx of RARE_KEYS) if ((starts[keyIdx] ?? -1) >= 0) return true;
    return false;
  }

  mtime(): string {
    return this.bareText('mtime');
  }

  ctime(): string {
    return this.bareText('ctime');
  }

  /** Digits; `0` when absent. */
  inode(): string {
    return this.digits('inode');
  }

  /** Content bytes of a file; 0 when absent. */
  size(): number {
    return this.number('size');
  }

  /** The digits of a number field; `0` when absent. */
  digits(key: NodeKey): string {
    const keyIdx = KEY_INDEX[key];
    const start = this.#starts[keyIdx] ?? -1;
    if (start < 0) return '0';
    const end = this.#ends[keyIdx] ?? start;
    this.#addUp(key, start, end);
    if (end - start > U64_DIGITS_MAX) throw treeInvalid(`${key} is too large`, start);
    return this.#bytes.toString('latin1', start, end);
  }

  /** A number field that a double holds exactly; 0 when absent. */
  number(key: NodeKey): number {
    const value = this.approximate(key);
    if (!Number.isSafeInteger(value)) throw treeInvalid(`${key} is too large`, this.nodeStart);
    return value;
  }

  /** A number field as the nearest double, exact while it is a safe integer; 0 when absent. */
  approximate(key: NodeKey): number {
    const keyIdx = KEY_INDEX[key];
    const start = this.#starts[keyIdx] ?? -1;
    return start < 0 ? 0 : this.#addUp(key, start, this.#ends[keyIdx] ?? start);
  }

  #addUp(key: NodeKey, start: number, end: number): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let at = start; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) throw treeInvalid(`${key} is not a whole number`, start);
      value = value * 10 + digit;
    }
    return value;
  }

  /** Whether the node's bytes begin with `head`: bytes, or one character a byte. */
  headMatches(head: string | Buffer): boolean {
    const end = this.nodeStart + head.length;
    if (end > this.nodeEnd) return false;
    return typeof head === 'string'
      ? this.#bytes.toString('latin1', this.nodeStart, end) === head
      : this.#bytes.compare(head, 0, head.length, this.nodeStart, end) === 0;
  }

  /** Whether the node says what its content is: files must, others say null. */
  hasContent(): boolean {
    return (this.#starts[CONTENT] ?? -1) >= 0;
  }

  /** Places of the first hex digits of the content's ids. */
  contentIdOffsets(): readonly number[] {
    const offsets: number[] = [];
    this.forEachContentId((offset) => offsets.push(offset));
    return offsets;
  }

  forEachContentId(visit: (idHexOffset: number) => void): void {
    const start = this.#starts[CONTENT] ?? -1;
    if (start < 0) return;
    const bytes = this.#bytes;
    const end = (this.#ends[CONTENT] ?? start) - 1;
    // The list was checked when it was passed over: there is nothing but ids, commas and space.
    for (let at = start + 1; at < end; ) {
      if (bytes[at] === QUOTE) {
        visit(at + 1);
        at += ID_STRIDE;
      } else at += 1;
    }
  }

  /** Place of the first hex digit of the subtree's id; -1: none. */
  subtreeIdOffset(): number {
    const start = this.#starts[SUBTREE] ?? -1;
    return start < 0 ? -1 : start + 1;
  }

  /** From the start of the document to behind `"nodes":[`, or to its end when there is no list. */
  #enter(): void {
    const cursor = this.#cursor;
    cursor.skipSpace();
    cursor.expect(OPEN_BRACE);
    cursor.skipSpace();
    if (!cursor.take(CLOSE_BRACE)) {
      do {
        cursor.skipSpace();
        if (this.#enterField() === 'nodes') return;
        cursor.skipSpace();
      } while (cursor.take(COMMA));
      cursor.expect(CLOSE_BRACE);
    }
    this.#end();
  }

  /** From a key of the document into the list of nodes, or to behind the key's value. */
  #enterField(): 'nodes' | 'other' {
    const cursor = this.#cursor;
    const keyAt = cursor.at;
    const isNodes = this.#bytes.subarray(keyAt, keyAt + NODES_TOKEN.length).equals(NODES_TOKEN);
    cursor.skipString();
    cursor.enterField();
    if (isNodes && this.#bytes[cursor.at] !== SMALL_N) {
      if (this.#state === 'further') throw treeInvalid('it has two lists of nodes', keyAt);
      cursor.expect(OPEN_BRACKET);
      return 'nodes';
    }
    cursor.skipValue();
    return 'other';
  }

  /** From behind the last node to the end of the document. */
  #leave(): void {
    this.#state = 'further';
    const cursor = this.#cursor;
    cursor.skipSpace();
    while (cursor.take(COMMA)) {
      cursor.skipSpace();
      this.#enterField();
      cursor.skipSpace();
    }
    cursor.expect(CLOSE_BRACE);
    this.#end();
  }

  #end(): void {
    this.#cursor.skipSpace();
    if (this.#cursor.at !== this.#bytes.length) throw treeInvalid('there is something behind its end', this.#cursor.at);
    this.#state = 'done';
  }

  #scanNode(): void {
    const cursor = this.#cursor;
    this.#starts.fill(-1);
    this.nodeStart = cursor.at;
    cursor.expect(OPEN_BRACE);
    cursor.skipSpace();
    if (!cursor.take(CLOSE_BRACE)) {
      let keyIdx = NAME;
      let isFirst = true;
      do {
        cursor.skipSpace();
        keyIdx = this.#takeKey(
          isFirst ? NAME : (this.#followers[keyIdx] ?? UNKNOWN_KEY),
          isFirst ? UNKNOWN_KEY : keyIdx,
        );
        isFirst = false;
        this.#takeValue(keyIdx);
        cursor.skipSpace();
      } while (cursor.take(COMMA));
      cursor.expect(CLOSE_BRACE);
    }
    this.nodeEnd = cursor.at;
  }

  #takeValue(keyIdx: number): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    const first = this.#bytes[start];
    const isNull = first === SMALL_N;
    if (keyIdx === CONTENT && !isNull) this.#takeContent();
    else if (keyIdx === SUBTREE && !isNull) this.#takeId();
    else if (first === QUOTE) cursor.skipString();
    else cursor.skipValue();
    if (keyIdx >= 0) {
      this.#starts[keyIdx] = isNull ? -1 : start;
      this.#ends[keyIdx] = cursor.at;
    }
  }

  #takeContent(): void {
    const cursor = this.#cursor;
    cursor.expect(OPEN_BRACKET);
    cursor.skipSpace();
    if (cursor.take(CLOSE_BRACKET)) return;
    do {
      cursor.skipSpace();
      this.#takeId();
      cursor.skipSpace();
    } while (cursor.take(COMMA));
    cursor.expect(CLOSE_BRACKET);
  }

  #takeId(): void {
    const bytes = this.#bytes;
    const { at } = this.#cursor;
    const end = at + 1 + ID_HEX_LENGTH;
    if (bytes[at] !== QUOTE || bytes[end] !== QUOTE) throw treeInvalid('an id is none', at);
    let seen = 0;
    for (let digitAt = at + 1; digitAt < end; digitAt += 1) seen |= NO_HEX_DIGIT[bytes[digitAt] ?? 0] ?? 1;
    if (seen !== 0) throw treeInvalid('an id has other than hex digits', at);
    this.#cursor.at = end + 1;
  }

  /** Passes over a key and its colon and says which it is. @param expected tried first @param last the key before */
  #takeKey(expected: number, last: number): number {
    const token = KEY_TOKENS[expected];
    if (token !== undefined && this.#cursor.takeAll(token)) {
      this.#cursor.skipSpace();
      return expected;
    }
    const keyIdx = this.#takeAnyKey();
    this.#cursor.enterField();
    if (keyIdx >= 0 && last >= 0) this.#followers[last] = keyIdx;
    return keyIdx;
  }

  #takeAnyKey(): number {
    const bytes = this.#bytes;
    const begin = this.#cursor.at + 1;
    this.#cursor.skipString();
    const length = this.#cursor.at - 1 - begin;
    const letter = (bytes[begin] ?? 0) - 0x61;
    if (length > KEY_LENGTH_MAX || letter < 0 || letter >= 26) return UNKNOWN_KEY;
    const keyIdx = KEY_SLOTS[length * 26 + letter] ?? UNKNOWN_KEY;
    const token = KEY_TOKENS[keyIdx];
    if (token === undefined) return UNKNOWN_KEY;
    for (let idx = 1; idx < length; idx += 1) if (bytes[begin + idx] !== token[idx + 1]) return UNKNOWN_KEY;
    return keyIdx;
  }
}
