import type { PhpToken } from './tokenize.ts';

/** A place in the tokens of a file. Every method that skips moves on, so that reading a file is linear. */
export class TokenCursor {
  readonly #tokens: readonly PhpToken[];
  #at = 0;

  constructor(tokens: readonly PhpToken[]) {
    this.#tokens = tokens;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): PhpToken | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): PhpToken | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token;
  }

  get line(): number {
    return (this.peek() ?? this.#tokens.at(-1))?.line ?? 1;
  }

  isSign(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'sign' && token.text === text;
  }

  /** Names of the language are compared without case. */
  isName(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'name' && token.text.toLowerCase() === text;
  }

  takeSign(text: string): boolean {
    const is = this.isSign(text);
    if (is) this.#at += 1;
    return is;
  }

  takeName(text: string): boolean {
    const is = this.isName(text);
    if (is) this.#at += 1;
    return is;
  }

  /** To the end of the statement: behind its `;`, before a brace that closes the block or begins one. */
  skipStatement(): void {
    for (let depth = 0; !this.isAtEnd; this.#at += 1) {
      const token = this.peek();
      if (token?.kind !== 'sign') continue;
      if (token.text === '(' || token.text === '[') depth += 1;
      else if (token.text === ')' || token.text === ']') depth -= 1;
      else if (token.text === '{' || token.text === '}') return;
      else if (token.text === ';' && depth <= 0) {
        this.#at += 1;
        return;
      }
    }
  }

  /** Behind the bracket that closes the one that was just taken. */
  skipBalanced(): void {
    for (let depth = 1; depth > 0 && !this.isAtEnd; this.#at += 1) {
      const token = this.peek();
      if (token?.kind !== 'sign') continue;
      if (token.text === '(' || token.text === '[' || token.text === '{') depth += 1;
      else if (token.text === ')' || token.text === ']' || token.text === '}') depth -= 1;
    }
  }
}
