import type { ByteString } from '@lumbung/stdx';
import { utf8Length } from '../format/go-json.ts';

// A pattern for one component of a path, with the rules of Go's filepath.Match on Unix: `*` is any run, `?` one
// character, `[a-z]` and `[^a-z]` one of a class, `\` takes the next byte as it is. Pattern and component are byte
// strings, so names that are not UTF-8 are compared as what they are; only `?` and classes take a character, which is
// a UTF-8 sequence, or one byte where there is none.

/** A piece of a pattern between two runs. A literal is one byte. */
type Piece =
  | { readonly kind: 'literal'; readonly byte: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'class'; readonly isNegated: boolean; readonly ranges: readonly (readonly [number, number])[] };

/** Made ready for matching. */
export type ComponentPattern =
  /** Nothing special: the component equals it. */
  | { readonly kind: 'literal'; readonly text: ByteString }
  /** Literals with runs between them: begins, middles in order, end. */
  | { readonly kind: 'runs'; readonly begin: string; readonly middles: readonly string[]; readonly end: string }
  /** Anything else: pieces, parted by runs. */
  | { readonly kind: 'pieces'; readonly chunks: readonly (readonly Piece[])[] };

const SPECIAL = /[\\[\]*?]/;

/** @param text of one component, without `/`; undefined: its classes or escapes are malformed */
export function parseComponentPattern(text: ByteString): ComponentPattern | undefined {
  if (!SPECIAL.test(text)) return { kind: 'literal', text };
  const chunks = parseChunks(text);
  if (chunks === undefined) return undefined;
  const literals = chunks.map(literalOf);
  if (!literals.every((literal) => literal !== undefined)) return { kind: 'pieces', chunks };
  const [begin = '', ...rest] = literals;
  const end = rest.pop();
  // Bytes joined in order are a byte string again.
  if (end === undefined) return { kind: 'literal', text: begin as ByteString };
  return { kind: 'runs', begin, middles: rest.filter((literal) => literal !== ''), end };
}

function literalOf(chunk: readonly Piece[]): string | undefined {
  let text = '';
  for (const piece of chunk) {
    if (piece.kind !== 'literal') return undefined;
    text += piece.byte;
  }
  return text;
}

/** The pieces before, between and after runs: one chunk more than there are runs, where runs side by side are one. */
function parseChunks(text: string): Piece[][] | undefined {
  let chunk: Piece[] = [];
  const chunks = [chunk];
  for (let at = 0; at < text.length; at += 1) {
    const byte = text.charAt(at);
    if (byte === '*') {
      if (at > 0 && text.charAt(at - 1) === '*' && chunk.length === 0) continue;
      chunk = [];
      chunks.push(chunk);
    } else if (byte === '?') chunk.push({ kind: 'any' });
    else if (byte === '\\') {
      at += 1;
      if (at >= text.length) return undefined;
      chunk.push({ kind: 'literal', byte: text.charAt(at) });
    } else if (byte === '[') {
      const parsed = parseClass(text, at + 1);
      if (parsed === undefined) return undefined;
      chunk.push(parsed.piece);
      at = parsed.end;
    } else chunk.push({ kind: 'literal', byte });
  }
  return chunks;
}

/** @param begin behind the bracket; `end` is the place of the closing one */
function parseClass(text: string, begin: number): { readonly piece: Piece; readonly end: number } | undefined {
  let at = begin;
  const isNegated = text.charAt(at) === '^';
  if (isNegated) at += 1;
  const ranges: [number, number][] = [];
  for (;;) {
    if (text.charAt(at) === ']' && ranges.length > 0) return { piece: { kind: 'class', isNegated, ranges }, end: at };
    const low = takeMember(text, at);
    if (low === undefined) return undefined;
    at = low.next;
    let high = low;
    if (text.charAt(at) === '-') {
      const member = takeMember(text, at + 1);
      if (member === undefined) return undefined;
      high = member;
      at = high.next;
    }
    ranges.push([low.codePoint, high.codePoint]);
  }
}

function takeMember(text: string, at: number): { readonly codePoint: number; readonly next: number } | undefined {
  const byte = text.charAt(at);
  if (byte === '' || byte === '-' || byte === ']') return undefined;
  const memberAt = byte === '\\' ? at + 1 : at;
  if (memberAt >= text.length) return undefined;
  const { codePoint, length, isValid } = characterAt(text, memberAt);
  return isValid ? { codePoint, next: memberAt + length } : undefined;
}

const REPLACEMENT = 0xfffd;

/** The character at a place of a byte string; where there is none, one byte that counts as U+FFFD. */
function characterAt(
  text: string,
  at: number,
): { readonly codePoint: number; readonly length: number; readonly isValid: boolean } {
  const first = text.charCodeAt(at);
  if (first < 0x80) return { codePoint: first, length: 1, isValid: true };
  const bytes = Buffer.from(text.slice(at, at + 4), 'latin1');
  const length = utf8Length(bytes, 0);
  if (length === 0) return { codePoint: REPLACEMENT, length: 1, isValid: false };
  return { codePoint: bytes.toString('utf8', 0, length).codePointAt(0) ?? REPLACEMENT, length, isValid: true };
}

/** Whether the whole component matches. Each part between two runs is put at the first place where it fits, and never
 *  moved again, so the time is at most the product of both lengths, whatever the pattern. */
export function matchesComponent(pattern: ComponentPattern, component: string): boolean {
  switch (pattern.kind) {
    case 'literal':
      return pattern.text === component;
    case 'runs':
      return matchesRuns(pattern, component);
    case 'pieces':
      return matchesChunks(pattern.chunks, component);
  }
}

function matchesRuns({ begin, middles, end }: Extract<ComponentPattern, { kind: 'runs' }>, component: string): boolean {
  const lastEnd = component.length - end.length;
  if (lastEnd < begin.length || !component.startsWith(begin) || !component.endsWith(end)) return false;
  let at = begin.length;
  for (const middle of middles) {
    const found = component.indexOf(middle, at);
    if (found < 0) return false;
    at = found + middle.length;
  }
  return at <= lastEnd;
}

function matchesChunks(chunks: readonly (readonly Piece[])[], component: string): boolean {
  const [first = [], ...rest] = chunks;
  let at = endOfChunk(first, component, 0);
  const last = rest.pop();
  if (last === undefined) return at === component.length;
  for (const chunk of rest) {
    if (at < 0) return false;
    at = findChunk(chunk, component, at);
  }
  return at >= 0 && endsWithChunk(last, component, at);
}

/** Behind the first place from `begin` on where the chunk fits; -1: nowhere. */
function findChunk(chunk: readonly Piece[], component: string, begin: number): number {
  for (let at = begin; at <= component.length; at += 1) {
    const end = endOfChunk(chunk, component, at);
    if (end >= 0) return end;
  }
  return -1;
}

function endsWithChunk(chunk: readonly Piece[], component: string, begin: number): boolean {
  for (let at = begin; at <= component.length; at += 1) {
    if (endOfChunk(chunk, component, at) === component.length) return true;
  }
  return false;
}

/** Behind the chunk put at `begin`; -1: it does not fit. */
function endOfChunk(chunk: readonly Piece[], component: string, begin: number): number {
  let at = begin;
  for (const piece of chunk) {
    if (at >= component.length) return -1;
    if (piece.kind === 'literal') {
      if (component.charAt(at) !== piece.byte) return -1;
      at += 1;
      continue;
    }
    const { codePoint, length } = characterAt(component, at);
    if (piece.kind === 'class') {
      const isIn = piece.ranges.some(([low, high]) => low <= codePoint && codePoint <= high);
      if (isIn === piece.isNegated) return -1;
    }
    at += length;
  }
  return at;
}
