import { type ByteString, byteStringOf, LumbungError } from '@lumbung/stdx';
import { unquoteName } from './name-quoting.ts';

/** Fields of a node, by the place of their value in the scanned bytes. */
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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Nothing a client writes nests deeper than three; what does is not a tree. */
const DEPTH_MAX = 32;

const ID_HEX_LENGTH = 64;

/** Length and first letter tell the keys of a node apart; the table is indexed by both. */
const KEY_SLOTS = new Int8Array(32 * 26).fill(-1);
const KEY_BYTES: readonly Buffer[] = NODE_KEYS.map((key) => Buffer.from(key, 'latin1'));
for (const [keyIdx, key] of NODE_KEYS.entries()) KEY_SLOTS[key.length * 26 + key.charCodeAt(0) - 0x61] = keyIdx;

const KEY_INDEX: Readonly<Record<NodeKey, number>> = Object.fromEntries(
  NODE_KEYS.map((key, keyIdx) => [key, keyIdx]),
) as Record<NodeKey, number>; // made of all keys

const NAME = KEY_INDEX.name;
const CONTENT = KEY_INDEX.content;
const SUBTREE = KEY_INDEX.subtree;
const NODES_KEY = Buffer.from('nodes', 'latin1');

export function treeInvalid(reason: string, at?: number): LumbungError {
  return new LumbungError('TREE_INVALID', {
    kind: 'corruption',
    message: `a folder in the repository is damaged: ${reason}`,
    context: { reason, ...(at === undefined ? {} : { at }) },
    hint: 'run lumbung check --read-data',
  });
}

/**
 * Steps through the nodes of a tree without making objects: fields are places in the bytes, and are decoded when they
 * are asked for. Keys may stand in any order, unknown ones are passed over, `null` counts as absent.
 *
 * Every call throws TREE_INVALID (corruption) for what is no tree.
 */
export class TreeScanner {
  readonly #bytes: Buffer;
  readonly #starts = new Int32Array(NODE_KEYS.length);
  readonly #ends = new Int32Array(NODE_KEYS.length);
  readonly #lastTexts: string[] = [];
  #at = 0;
  #state: 'first' | 'further' | 'done' = 'first';
  /** Place of the present node's opening brace, and behind its closing one. */
  nodeStart = 0;
  nodeEnd = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#enter();
  }

  /** Moves to the next node; false behind the last. */
  next(): boolean {
    if (this.#state === 'done') return false;
    this.#skipSpace();
    const byte = this.#bytes[this.#at];
    if (byte === CLOSE_BRACKET) {
      this.#at += 1;
      this.#leave();
      return false;
    }
    if (this.#state === 'further') {
      this.#expect(COMMA);
      this.#skipSpace();
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
    const end = this.#ends[keyIdx] ?? start;
    if (this.#bytes[start] !== QUOTE) throw treeInvalid(`${key} is not text`, start);
    return this.#string(start, end);
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

  /** The present node's name as raw bytes. */
  name(): ByteString {
    const start = this.#starts[NAME] ?? -1;
    if (start < 0) return byteStringOf(new Uint8Array());
    const bytes = this.#bytes;
    const end = (this.#ends[NAME] ?? start) - 1;
    if (bytes[start] !== QUOTE) throw treeInvalid('a name is not text', start);
    for (let at = start + 1; at < end; at += 1) {
      if (bytes[at] === BACKSLASH) return unquoteName(this.#string(start, end + 1));
    }
    // Without an escape the stored bytes are the raw ones.
    return bytes.toString('latin1', start + 1, end) as ByteString;
  }

  type(): string {
    return this.text('type');
  }

  mtime(): string {
    return this.text('mtime');
  }

  ctime(): string {
    return this.text('ctime');
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
    // No number of the format has more digits than a 64-bit one.
    if (end - start > 20) throw treeInvalid(`${key} is too large`, start);
    return this.#bytes.toString('latin1', start, end);
  }

  /** A number field that a double holds exactly; 0 when absent. */
  number(key: NodeKey): number {
    const value = this.approximate(key);
    if (!Number.isSafeInteger(value)) throw treeInvalid(`${key} is too large`);
    return value;
  }

  /** A number field as the nearest double, exact while it is a safe integer; 0 when absent. */
  approximate(key: NodeKey): number {
    const keyIdx = KEY_INDEX[key];
    const start = this.#starts[keyIdx] ?? -1;
    return start < 0 ? 0 : this.#addUp(key, start, this.#ends[keyIdx] ?? start);
  }

  #addUp(key: NodeKey, start: number, end: number): number {
    let value = 0;
    for (let at = start; at < end; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (byte < 0x30 || byte > 0x39) throw treeInvalid(`${key} is not a whole number`, start);
      value = value * 10 + (byte - 0x30);
    }
    return value;
  }

  /** Whether the node's bytes begin with `head`, one character a byte. */
  headMatches(head: string): boolean {
    const end = this.nodeStart + head.length;
    return end <= this.nodeEnd && this.#bytes.toString('latin1', this.nodeStart, end) === head;
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
    if (bytes[start] !== OPEN_BRACKET) throw treeInvalid('a content is not a list', start);
    const end = (this.#ends[CONTENT] ?? start) - 1;
    for (let at = start + 1; at < end; ) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        if (bytes[at + ID_HEX_LENGTH + 1] !== QUOTE || at + ID_HEX_LENGTH + 1 >= end)
          throw treeInvalid('a content id is no id', at);
        this.#checkHex(at + 1);
        visit(at + 1);
        at += ID_HEX_LENGTH + 2;
      } else if (byte === COMMA || isSpace(byte)) at += 1;
      else throw treeInvalid('a content id is not text', at);
    }
  }

  /** Place of the first hex digit of the subtree's id; -1: none. */
  subtreeIdOffset(): number {
    const start = this.#starts[SUBTREE] ?? -1;
    if (start < 0) return -1;
    if (this.#ends[SUBTREE] !== start + ID_HEX_LENGTH + 2 || this.#bytes[start] !== QUOTE) {
      throw treeInvalid('a subtree id is no id', start);
    }
    this.#checkHex(start + 1);
    return start + 1;
  }

  #checkHex(offset: number): void {
    for (let at = offset; at < offset + ID_HEX_LENGTH; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)))
        throw treeInvalid('an id has other than hex digits', at);
    }
  }

  /** From the start of the document to behind `"nodes":[`. */
  #enter(): void {
    this.#skipSpace();
    this.#expect(OPEN_BRACE);
    for (;;) {
      this.#skipSpace();
      if (this.#bytes[this.#at] === CLOSE_BRACE) {
        this.#at += 1;
        this.#end();
        return;
      }
      const isNodes = this.#isKey(NODES_KEY);
      this.#skipString();
      this.#skipSpace();
      this.#expect(COLON);
      this.#skipSpace();
      if (isNodes && this.#bytes[this.#at] === OPEN_BRACKET) {
        this.#at += 1;
        return;
      }
      this.#skipValue();
      this.#skipSpace();
      if (this.#bytes[this.#at] === COMMA) this.#at += 1;
    }
  }

  /** From behind the last node to the end of the document. */
  #leave(): void {
    for (;;) {
      this.#skipSpace();
      const byte = this.#bytes[this.#at];
      if (byte === CLOSE_BRACE) {
        this.#at += 1;
        this.#end();
        return;
      }
      this.#expect(COMMA);
      this.#skipSpace();
      this.#skipString();
      this.#skipSpace();
      this.#expect(COLON);
      this.#skipSpace();
      this.#skipValue();
    }
  }

  #end(): void {
    this.#skipSpace();
    if (this.#at !== this.#bytes.length) throw treeInvalid('there is something behind its end', this.#at);
    this.#state = 'done';
  }

  #scanNode(): void {
    const bytes = this.#bytes;
    this.#starts.fill(-1);
    this.nodeStart = this.#at;
    this.#expect(OPEN_BRACE);
    this.#skipSpace();
    if (bytes[this.#at] === CLOSE_BRACE) {
      this.#at += 1;
      this.nodeEnd = this.#at;
      return;
    }
    for (;;) {
      this.#skipSpace();
      const keyIdx = this.#takeKey();
      this.#skipSpace();
      this.#expect(COLON);
      this.#skipSpace();
      const start = this.#at;
      this.#skipValue();
      if (keyIdx >= 0) {
        const isNull = bytes[start] === 0x6e; // n of null; nothing else that is a value begins so
        this.#starts[keyIdx] = isNull ? -1 : start;
        this.#ends[keyIdx] = this.#at;
      }
      this.#skipSpace();
      const byte = bytes[this.#at];
      this.#at += 1;
      if (byte === CLOSE_BRACE) break;
      if (byte !== COMMA) throw treeInvalid('a node is not closed', this.#at - 1);
    }
    this.nodeEnd = this.#at;
  }

  /** Passes over a key and says which it is; -1: none of ours. */
  #takeKey(): number {
    const bytes = this.#bytes;
    const begin = this.#at + 1;
    this.#skipString();
    const length = this.#at - 1 - begin;
    if (length < 1 || length >= 32) return -1;
    const letter = (bytes[begin] ?? 0) - 0x61;
    if (letter < 0 || letter >= 26) return -1;
    const keyIdx = KEY_SLOTS[length * 26 + letter] ?? -1;
    const key = keyIdx < 0 ? undefined : KEY_BYTES[keyIdx];
    if (key === undefined) return -1;
    for (let idx = 1; idx < length; idx += 1) if (bytes[begin + idx] !== key[idx]) return -1;
    return keyIdx;
  }

  #isKey(key: Buffer): boolean {
    const begin = this.#at + 1;
    return (
      this.#bytes[this.#at] === QUOTE &&
      this.#bytes.subarray(begin, begin + key.length).equals(key) &&
      this.#bytes[begin + key.length] === QUOTE
    );
  }

  #skipString(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    if (bytes[at] !== QUOTE) throw treeInvalid('text is missing', at);
    for (at += 1; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        this.#at = at + 1;
        return;
      }
      if (byte === BACKSLASH) at += 1;
    }
    throw treeInvalid('text has no end', this.#at);
  }

  #skipValue(): void {
    const bytes = this.#bytes;
    let depth = 0;
    do {
      this.#skipSpace();
      const byte = bytes[this.#at];
      if (byte === undefined) throw treeInvalid('it is cut off', this.#at);
      if (byte === QUOTE) this.#skipString();
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth += 1;
        if (depth > DEPTH_MAX) throw treeInvalid('it nests too deeply', this.#at);
        this.#at += 1;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth === 0) throw treeInvalid('a value is missing', this.#at);
        depth -= 1;
        this.#at += 1;
      } else if (byte === COMMA || byte === COLON) {
        if (depth === 0) throw treeInvalid('a value is missing', this.#at);
        this.#at += 1;
      } else this.#skipWord();
    } while (depth > 0);
  }

  /** A number, true, false or null. */
  #skipWord(): void {
    const bytes = this.#bytes;
    const begin = this.#at;
    let at = begin;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      const isWord =
        (byte >= 0x30 && byte <= 0x39) ||
        (byte >= 0x61 && byte <= 0x7a) ||
        byte === 0x2d ||
        byte === 0x2b ||
        byte === 0x2e ||
        byte === 0x45;
      if (!isWord) break;
    }
    if (at === begin) throw treeInvalid('a value is none', begin);
    this.#at = at;
  }

  #skipSpace(): void {
    while (isSpace(this.#bytes[this.#at])) this.#at += 1;
  }

  #expect(byte: number): void {
    if (this.#bytes[this.#at] !== byte) throw treeInvalid(`${String.fromCharCode(byte)} is missing`, this.#at);
    this.#at += 1;
  }

  /** @param start of the opening quote, `end` behind the closing one */
  #string(start: number, end: number): string {
    const bytes = this.#bytes;
    for (let at = start + 1; at < end - 1; at += 1) {
      if (bytes[at] === BACKSLASH) {
        try {
          const decoded: unknown = JSON.parse(bytes.toString('utf8', start, end));
          if (typeof decoded === 'string') return decoded;
        } catch {
          // told below, with its place
        }
        throw treeInvalid('text has a broken escape', start);
      }
    }
    return bytes.toString('utf8', start + 1, end - 1);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
