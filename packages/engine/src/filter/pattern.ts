import { type ByteString, byteStringOfText, LumbungError } from '@lumbung/stdx';
import { type ComponentPattern, matchesComponent, parseComponentPattern } from './component-pattern.ts';

/**
 * A pattern of files and folders, as restic understands them: its components match a run of the path's components, at
 * the front when it begins with `/`, otherwise anywhere, and everything below what it matches. `**` between slashes is
 * any number of components.
 */
export interface Pattern {
  /** As the user wrote it. */
  readonly text: string;
  /** Began with `!`: takes back what earlier patterns matched. */
  readonly isNegated: boolean;
  readonly isAbsolute: boolean;
  /** Components between one `**` and the next; one segment more than there are `**`. */
  readonly segments: readonly (readonly ComponentPattern[])[];
  /** Components of all segments. */
  readonly componentCount: number;
  readonly shortcut: Shortcut | undefined;
}

/** Most patterns are names or endings; what they match can be said of the path as a whole, without taking it apart.
 *  `needle` begins or ends with `/` where a component must. */
export type Shortcut =
  /** The path holds `needle/`, or ends with `needle`. */
  | { readonly kind: 'ends'; readonly needle: string; readonly inner: string }
  /** The path holds `needle`. */
  | { readonly kind: 'holds'; readonly needle: string }
  /** The path is `needle`, or begins with `needle/`. */
  | { readonly kind: 'begins'; readonly needle: string; readonly inner: string };

/** A path to be matched. Taken apart only when a pattern needs it, and then once for all patterns. */
export class PatternSubject {
  /** With `/` at the front. */
  readonly text: string;
  readonly isAbsolute: boolean;
  #components: readonly string[] | undefined;

  /** @param path with `/` between components, and at the front when it is absolute */
  constructor(path: string) {
    this.isAbsolute = path.charCodeAt(0) === SLASH;
    this.text = this.isAbsolute ? path : `/${path}`;
  }

  get components(): readonly string[] {
    this.#components ??= componentsOf(this.text);
    return this.#components;
  }
}

const SLASH = 0x2f;

/** @param path with `/` at the front */
function componentsOf(path: string): readonly string[] {
  const components = path.slice(1).split('/');
  // Paths seldom have empty components; to look for them is cheaper than to drop them.
  return components.includes('') ? components.filter((component) => component !== '') : components;
}

function invalid(text: string, reason: string): LumbungError {
  return new LumbungError('PATTERN_INVALID', {
    kind: 'operator',
    message: `not a pattern: ${JSON.stringify(text)}: ${reason}`,
    context: { pattern: text, reason },
    hint: 'close every [, put a character behind every \\, and quote the pattern for your shell',
  });
}

/** Go's filepath.Clean on a pattern: purely lexical. */
function clean(path: string): string {
  const isAbsolute = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (part !== '..' || !isAbsolute) kept.push(part);
  }
  const joined = kept.join('/');
  return isAbsolute ? `/${joined}` : joined === '' ? '.' : joined;
}

/** @param fold applied to the pattern before it is read, as it will be to the paths
 *  @throws LumbungError PATTERN_INVALID (operator) */
export function parsePattern(text: string, fold: (bytes: ByteString) => ByteString = (bytes) => bytes): Pattern {
  const isNegated = text.startsWith('!');
  const body = isNegated ? text.slice(1) : text;
  if (body === '') throw invalid(text, 'it is empty');
  const cleaned = clean(fold(byteStringOfText(body)));
  const isAbsolute = cleaned.startsWith('/');
  const segments: ComponentPattern[][] = [[]];
  // `/` alone is everything.
  const names = cleaned === '/' ? ['**'] : (isAbsolute ? cleaned.slice(1) : cleaned).split('/');
  for (const name of names) {
    if (name === '**') {
      segments.push([]);
      continue;
    }
    const pattern = parseComponentPattern(name as ByteString); // a part of a byte string is one
    if (pattern === undefined) throw invalid(text, 'a class or an escape has no end');
    segments.at(-1)?.push(pattern);
  }
  const componentCount = segments.reduce((sum, segment) => sum + segment.length, 0);
  return { text, isNegated, isAbsolute, segments, componentCount, shortcut: shortcutOf(isAbsolute, segments) };
}

function shortcutOf(isAbsolute: boolean, segments: readonly (readonly ComponentPattern[])[]): Shortcut | undefined {
  const [components = [], further] = segments;
  if (further !== undefined) return undefined;
  const literals = components.flatMap((component) => (component.kind === 'literal' ? [component.text] : []));
  if (literals.length === components.length) {
    const needle = `/${literals.join('/')}`;
    return { kind: isAbsolute ? 'begins' : 'ends', needle, inner: `${needle}/` };
  }
  const [only] = components;
  if (isAbsolute || components.length !== 1 || only?.kind !== 'runs') return undefined;
  const { begin, middles, end } = only;
  if (begin === '' && middles.length === 0 && end !== '') return { kind: 'ends', needle: end, inner: `${end}/` };
  if (begin !== '' && middles.length === 0 && end === '') return { kind: 'holds', needle: `/${begin}` };
  if (begin === '' && middles.length === 1 && end === '') return { kind: 'holds', needle: middles[0] ?? '' };
  return undefined;
}

/** Whether the pattern matches a path or a folder above it. The time is bounded by a small power of both lengths,
 *  however many wildcards there are. */
export function matchesPattern(pattern: Pattern, subject: PatternSubject): boolean {
  const { shortcut } = pattern;
  if (pattern.isAbsolute && !subject.isAbsolute) return false;
  if (shortcut !== undefined) return matchesShortcut(shortcut, subject.text);
  const { components } = subject;
  // A relative pattern matches components, and the root has none.
  if (components.length === 0 && !pattern.isAbsolute) return false;
  const beginMax = pattern.isAbsolute ? 0 : components.length;
  for (let begin = 0; begin <= beginMax; begin += 1) if (matchesFrom(pattern, subject, begin)) return true;
  return false;
}

/**
 * Whether the first segment fits at `begin` and the others behind it.
 *
 * restic replaces one `**` after the other by some `*`, and meanwhile counts each that is left for one component. So a
 * pattern with several of them needs some more components than its own (`/a/**\/b/**\/c` does not match `/a/b/c`); who
 * moves here keeps what his patterns did. What is taken by the `**` so far is least when every segment is put at
 * the first place where it fits.
 */
function matchesFrom(
  { isAbsolute, segments, componentCount }: Pattern,
  subject: PatternSubject,
  begin: number,
): boolean {
  const { components } = subject;
  // Both count the root where they have it.
  const room = components.length + (subject.isAbsolute ? 1 : 0) - componentCount - (isAbsolute ? 1 : 0);
  let at = begin;
  let taken = 0;
  for (let segmentIdx = 0; segmentIdx < segments.length; segmentIdx += 1) {
    const segment = segments[segmentIdx] ?? [];
    const end = segmentIdx === 0 ? endOfSegment(segment, components, at) : findSegment(segment, components, at);
    if (end < 0) return false;
    taken += end - segment.length - at;
    const deepsLeft = segments.length - 1 - segmentIdx;
    if (segmentIdx > 0 && taken + deepsLeft > room) return false;
    at = end;
  }
  return true;
}

function matchesShortcut(shortcut: Shortcut, path: string): boolean {
  switch (shortcut.kind) {
    case 'ends':
      return path.endsWith(shortcut.needle) || path.includes(shortcut.inner);
    case 'holds':
      return path.includes(shortcut.needle);
    case 'begins':
      return path.startsWith(shortcut.inner) || path === shortcut.needle;
  }
}

type Segment = readonly ComponentPattern[];

/** Behind the first place from `begin` on where the segment fits; -1: nowhere. */
function findSegment(segment: Segment, components: readonly string[], begin: number): number {
  for (let at = begin; at + segment.length <= components.length; at += 1) {
    const end = endOfSegment(segment, components, at);
    if (end >= 0) return end;
  }
  return -1;
}

/** Behind the segment put at `begin`; -1: it does not fit. */
function endOfSegment(segment: Segment, components: readonly string[], begin: number): number {
  if (begin + segment.length > components.length) return -1;
  return prefixMatches(segment, components, begin) ? begin + segment.length : -1;
}

/** Whether as much of the segment matches as there are components. */
function prefixMatches(segment: Segment, components: readonly string[], begin: number): boolean {
  const length = Math.min(segment.length, components.length - begin);
  for (let partIdx = 0; partIdx < length; partIdx += 1) {
    const part = segment[partIdx];
    if (part === undefined || !matchesComponent(part, components[begin + partIdx] ?? '')) return false;
  }
  return true;
}

/** Whether something below the folder may match: only an absolute pattern can rule that out. */
export function childMayMatchPattern(pattern: Pattern, subject: PatternSubject): boolean {
  if (!pattern.isAbsolute) return true;
  if (!subject.isAbsolute) return false;
  const [first = []] = pattern.segments;
  return prefixMatches(first, subject.components, 0);
}
