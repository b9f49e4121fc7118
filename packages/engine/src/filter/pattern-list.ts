import type { ByteString } from '@lumbung/stdx';
import { foldCase } from './fold-case.ts';
import { childMayMatchPattern, matchesPattern, type Pattern, PatternSubject, parsePattern } from './pattern.ts';

/** Patterns in the order they were given: a later negated one takes back what earlier ones matched. */
export class PatternList {
  readonly #patterns: readonly Pattern[];
  readonly #hasNegated: boolean;
  readonly #isCaseInsensitive: boolean;

  private constructor(patterns: readonly Pattern[], isCaseInsensitive: boolean) {
    this.#hasNegated = patterns.some(({ isNegated }) => isNegated);
    this.#patterns = this.#hasNegated ? patterns : cheapFirst(patterns);
    this.#isCaseInsensitive = isCaseInsensitive;
  }

  /** @throws LumbungError PATTERN_INVALID (operator) */
  static parse(texts: readonly string[], options: { readonly caseInsensitive: boolean }): PatternList {
    const { caseInsensitive } = options;
    const fold = caseInsensitive ? foldCase : undefined;
    return new PatternList(
      texts.map((text) => parsePattern(text, fold)),
      caseInsensitive,
    );
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** @param path with `/` between components, and at the front when it is absolute */
  matches(path: ByteString): boolean {
    if (this.isEmpty) return false;
    const subject = this.#subjectOf(path);
    let isMatched = false;
    for (const pattern of this.#patterns) {
      // What cannot change the answer is not asked.
      if (pattern.isNegated !== isMatched || !matchesPattern(pattern, subject)) continue;
      isMatched = !pattern.isNegated;
      if (isMatched && !this.#hasNegated) return true;
    }
    return isMatched;
  }

  /** Whether something below the folder may match. */
  childMayMatch(path: ByteString): boolean {
    const subject = this.#subjectOf(path);
    let mayMatch = false;
    for (const pattern of this.#patterns) {
      if (!pattern.isNegated) mayMatch ||= childMayMatchPattern(pattern, subject);
      else if (mayMatch && matchesPattern(pattern, subject)) mayMatch = false;
    }
    return mayMatch;
  }

  #subjectOf(path: ByteString): PatternSubject {
    return new PatternSubject(this.#isCaseInsensitive ? foldCase(path) : path);
  }
}

/** The order does not matter while nothing is taken back. */
function cheapFirst(patterns: readonly Pattern[]): readonly Pattern[] {
  const isCheap = ({ shortcut }: Pattern): boolean => shortcut !== undefined;
  return [...patterns.filter(isCheap), ...patterns.filter((pattern) => !isCheap(pattern))];
}
