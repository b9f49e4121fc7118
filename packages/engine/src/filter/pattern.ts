import { LumbungError } from '@lumbung/stdx';
import { type ComponentPattern, matchesComponent, parseComponent } from './path-match.ts';

/** A part of a pattern between slashes. `deep` is `**`: any number of components. */
type Part = { readonly kind: 'component'; readonly pattern: ComponentPattern } | { readonly kind: 'deep' };

/**
 * A pattern of files and folders, as restic understands them: it matches any run of a path's components, at the front
 * when it begins with `/`, and everything below what it matches.
 */
export interface Pattern {
  readonly text: string;
  /** Began with `!`: takes back what earlier patterns matched. */
  readonly isNegated: boolean;
  readonly isAbsolute: boolean;
  readonly parts: readonly Part[];
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

/** @param text as the user typed it @throws LumbungError PATTERN_INVALID (operator) */
export function parsePattern(text: string): Pattern {
  const isNegated = text.startsWith('!');
  const body = isNegated ? text.slice(1) : text;
  if (body === '') throw invalid(text, 'it is empty');
  const cleaned = clean(body);
  const isAbsolute = cleaned.startsWith('/');
  const names = (isAbsolute ? cleaned.slice(1) : cleaned).split('/');
  const parts = names.map((name): Part => {
    if (name === '**') return { kind: 'deep' };
    const pattern = parseComponent(name);
    if (pattern === undefined) throw invalid(text, 'a class or an escape has no end');
    return { kind: 'component', pattern };
  });
  // `/` alone is everything.
  return { text, isNegated, isAbsolute, parts: cleaned === '/' ? [{ kind: 'deep' }] : parts };
}

function partMatches(part: Part | undefined, component: string | undefined): boolean {
  return part?.kind === 'component' && component !== undefined && matchesComponent(part.pattern, component);
}

/**
 * Whether the pattern matches a path, given by its components without the root.
 *
 * Places in the pattern are carried along the path all at once, so the time is the product of both lengths even with
 * several `**`.
 */
export function matchesPattern(pattern: Pattern, components: readonly string[]): boolean {
  const { parts } = pattern;
  const matchesFrom = (begin: number): boolean => {
    // Part numbers that may come next; `deep` may also take nothing.
    let places = closure(parts, new Set([0]));
    for (let at = begin; ; at += 1) {
      if (places.has(parts.length)) return true;
      const component = components[at];
      if (component === undefined || places.size === 0) return false;
      const next = new Set<number>();
      for (const place of places) {
        const part = parts[place];
        if (part?.kind === 'deep') next.add(place);
        else if (partMatches(part, component)) next.add(place + 1);
      }
      places = closure(parts, next);
    }
  };
  if (pattern.isAbsolute) return matchesFrom(0);
  for (let begin = components.length - 1; begin >= 0; begin -= 1) if (matchesFrom(begin)) return true;
  return components.length === 0 && matchesFrom(0);
}

function closure(parts: readonly Part[], places: Set<number>): Set<number> {
  for (const place of places) if (parts[place]?.kind === 'deep') places.add(place + 1);
  return places;
}

/** Whether something below the path may match: only an absolute pattern can rule that out. */
export function childMayMatchPattern(pattern: Pattern, components: readonly string[]): boolean {
  if (!pattern.isAbsolute) return true;
  const deepAt = pattern.parts.findIndex(({ kind }) => kind === 'deep');
  const length = Math.min(components.length, deepAt < 0 ? pattern.parts.length : deepAt);
  for (let at = 0; at < length; at += 1) if (!partMatches(pattern.parts[at], components[at])) return false;
  return true;
}
