import { type ByteString, textOf } from '@lumbung/stdx';
import { childMayMatchPattern, matchesPattern, parsePattern, type Pattern } from './pattern.ts';

/** Patterns in the order they were given: a later negated one takes back what earlier ones matched. */
export class PatternList {
  readonly #patterns: readonly Pattern[];
  readonly #isCaseInsensitive: boolean;

  private constructor(patterns: readonly Pattern[], isCaseInsensitive: boolean) {
    this.#patterns = patterns;
    this.#isCaseInsensitive = isCaseInsensitive;
  }

  /** @throws LumbungError PATTERN_INVALID (operator) */
  static parse(texts: readonly string[], options: { readonly caseInsensitive: boolean }): PatternList {
    const { caseInsensitive } = options;
    const patterns = texts.map((text) => parsePattern(caseInsensitive ? text.toLowerCase() : text));
    return new PatternList(patterns, caseInsensitive);
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** @param path with `/` between components, and at the front when it is absolute */
  matches(path: ByteString): boolean {
    if (this.isEmpty) return false;
    const components = this.#componentsOf(path);
    let isMatched = false;
    for (const pattern of this.#patterns) {
      // What cannot change the answer is not asked.
      if (pattern.isNegated === isMatched && matchesPattern(pattern, components)) isMatched = !pattern.isNegated;
    }
    return isMatched;
  }

  /** Whether something below the folder may match. */
  childMayMatch(path: ByteString): boolean {
    const components = this.#componentsOf(path);
    let mayMatch = false;
    for (const pattern of this.#patterns) {
      if (!pattern.isNegated) mayMatch ||= childMayMatchPattern(pattern, components);
      else if (mayMatch && matchesPattern(pattern, components)) mayMatch = false;
    }
    return mayMatch;
  }

  #componentsOf(path: ByteString): string[] {
    const text = this.#isCaseInsensitive ? textOf(path).toLowerCase() : textOf(path);
    return text.split('/').filter((component) => component !== '');
  }
}
