import type { ByteString } from '@lumbung/stdx';
import type { PhpSurroundings } from './call-function.ts';
import { TokenCursor } from './cursor.ts';
import { ExpressionReader } from './expressions.ts';
import { Memory, type Mode, type PhpCall, TooComplexError } from './memory.ts';
import { combine } from './operators.ts';
import { Position, TooDeepError } from './position.ts';
import type { PhpToken } from './tokenize.ts';
import { type PhpValue, type Place, truthOf } from './value.ts';

/** What a file says when it is read from top to bottom. */
export interface PhpReading {
  readonly variables: ReadonlyMap<string, PhpValue>;
  /** Of `define`, and of classes by their own name. */
  readonly constants: ReadonlyMap<string, PhpValue>;
  /** Properties of classes, of all classes in one array: a configuration file has one. */
  readonly properties: PhpValue | undefined;
  readonly calls: readonly PhpCall[];
  readonly returned: PhpValue | undefined;
  /** What has several values, by conditions that only the running program can decide; the last one is given. */
  readonly conflicts: readonly { readonly name: string; readonly at: Place }[];
  /** Included files that were not handed in. */
  readonly missing: readonly ByteString[];
  /** False: the file is too complex, and was read in part only. */
  readonly isWhole: boolean;
}

export interface PhpFiles {
  tokens(path: ByteString): readonly PhpToken[] | undefined;
}

/**
 * Reads a PHP file as data: assignments, `define`, arrays, `return`, properties of classes, includes and the calls that
 * open databases, with literals, constants, concatenation and what the environment files say. Nothing is run, anything
 * else is `unresolved`. A branch whose condition is not known is read too, and differing values are reported. Bodies of
 * functions and classes are read in place, all in one scope.
 *
 * The work is bounded, whatever the file; nothing throws.
 */
export function readPhp(path: ByteString, files: PhpFiles, surroundings: PhpSurroundings): PhpReading {
  const reader = new FileReader(files, surroundings);
  reader.file(path);
  return reader.reading();
}

const INCLUDES_MAX = 20;
const MEMBER_MODIFIERS: ReadonlySet<string> = new Set([
  'public',
  'protected',
  'private',
  'var',
  'static',
  'readonly',
  'final',
  'abstract',
]);
/** Statements that say nothing. Those that have a body end before its brace. */
const SKIPPED: ReadonlySet<string> = new Set([
  'namespace',
  'use',
  'goto',
  'break',
  'continue',
  'global',
  'class',
  'interface',
  'trait',
  'enum',
  'declare',
  'case',
  'default',
  'endif',
  'endwhile',
  'endfor',
  'endforeach',
  'endswitch',
]);
const LOOPS: ReadonlySet<string> = new Set(['while', 'for', 'foreach', 'catch']);

class FileReader {
  readonly #files: PhpFiles;
  readonly #position = new Position();
  readonly #memory = new Memory();
  readonly #expressions: ExpressionReader;
  readonly #missing = new Set<ByteString>();
  readonly #included = new Set<ByteString>();
  #returned: PhpValue | undefined;
  #isStopped = false;
  #functionDepth = 0;
  #isWhole = true;

  constructor(files: PhpFiles, surroundings: PhpSurroundings) {
    this.#files = files;
    this.#expressions = new ExpressionReader(this.#position, this.#memory, surroundings, (path, isOnce) =>
      this.#include(path, isOnce),
    );
  }

  reading(): PhpReading {
    return {
      variables: this.#memory.variables,
      constants: this.#memory.constants,
      properties: this.#memory.variables.get('this'),
      calls: this.#memory.calls,
      returned: this.#returned,
      conflicts: this.#memory.conflicts,
      missing: [...this.#missing],
      isWhole: this.#isWhole,
    };
  }

  file(path: ByteString): void {
    try {
      this.#include(path, false);
    } catch (error) {
      if (!(error instanceof TooComplexError)) throw error;
      this.#isWhole = false;
    }
  }

  #include(path: ByteString, isOnce: boolean): PhpValue | undefined {
    if (this.#included.has(path)) return isOnce ? this.#position.scalar(true) : undefined;
    const tokens = this.#included.size < INCLUDES_MAX ? this.#files.tokens(path) : undefined;
    if (tokens === undefined) {
      this.#missing.add(path);
      return undefined;
    }
    this.#included.add(path);
    const isMain = this.#included.size === 1;
    const returned = this.#returned;
    this.#returned = undefined;
    this.#statements(path, tokens);
    const result = this.#result();
    // What an included file returns is the value of the include, not of the file around it.
    if (!isMain) this.#returned = returned;
    return result ?? this.#position.scalar(1);
  }

  /** Assigned while statements are read, which the compiler cannot see. */
  #result(): PhpValue | undefined {
    return this.#returned;
  }

  #statements(path: ByteString, tokens: readonly PhpToken[]): void {
    const cursor = new TokenCursor(tokens);
    const { cursor: cursorBefore, path: pathBefore, depth } = this.#position;
    const functionDepth = this.#functionDepth;
    this.#position.path = path;
    while (!cursor.isAtEnd && !this.#isStopped) {
      this.#position.cursor = cursor;
      try {
        this.#statement();
      } catch (error) {
        if (!(error instanceof TooDeepError)) throw error;
        this.#isWhole = false;
        this.#functionDepth = functionDepth;
        cursor.skipStatement();
      }
      this.#position.depth = depth;
    }
    this.#isStopped = false;
    this.#position.cursor = cursorBefore;
    this.#position.path = pathBefore;
  }

  #stopWhenCertain(): void {
    if (this.#memory.isCertain && this.#functionDepth === 0) this.#isStopped = true;
  }

  #statement(): void {
    this.#position.deeper(() => {
      const begin = this.#position.cursor.at;
      const token = this.#position.cursor.peek();
      if (this.#position.cursor.takeSign('{')) this.#block();
      else if (token?.kind === 'garbage') this.#position.cursor.next();
      else if (token?.kind === 'name' && this.#namedStatement(token.text.toLowerCase())) return;
      else this.#expressionStatement();
      if (this.#position.cursor.at === begin) this.#position.cursor.next();
    });
  }

  #block(): void {
    while (!this.#position.cursor.isAtEnd && !this.#isStopped && !this.#position.cursor.takeSign('}'))
      this.#statement();
  }

  #expressionStatement(): void {
    this.#expressions.expression();
    if (!this.#position.cursor.takeSign(';')) this.#position.cursor.skipStatement();
  }

  /** False: no statement begins with this name. */
  #namedStatement(name: string): boolean {
    const cursor = this.#position.cursor;
    if (name === 'if') this.#if();
    else if (name === 'switch') this.#switch();
    else if (name === 'do' || name === 'try' || name === 'finally') {
      cursor.next();
      this.#statement();
    } else if (name === 'else') {
      cursor.next();
      this.#memory.in('uncertain', () => this.#statement());
    } else if (LOOPS.has(name)) {
      cursor.next();
      if (cursor.takeSign('(')) cursor.skipBalanced();
      this.#memory.in('uncertain', () => this.#statement());
    } else if (name === 'function' && !cursor.isSign('(', 1)) this.#function();
    else if (name === 'const') this.#classConstants();
    else if (MEMBER_MODIFIERS.has(name) && !cursor.isSign('::', 1) && !cursor.isName('function', 1)) this.#member();
    else if (name === 'static' && cursor.isName('function', 1)) cursor.next();
    else if (MEMBER_MODIFIERS.has(name) && cursor.isName('function', 1)) cursor.next();
    else if (name === 'return') this.#return();
    else if (name === 'exit' || name === 'die') {
      this.#expressionStatement();
      this.#stopWhenCertain();
    } else if (name === 'echo') {
      cursor.next();
      this.#expressionStatement();
    } else if (SKIPPED.has(name)) {
      cursor.next();
      cursor.skipStatement();
    } else return false;
    return true;
  }

  #if(): void {
    const cursor = this.#position.cursor;
    /** Whether one of the branches so far is surely the one that runs. */
    let isTaken: boolean | undefined = false;
    for (;;) {
      cursor.next();
      const truth = this.#memory.in(isTaken === true ? 'dead' : isTaken === undefined ? 'uncertain' : 'certain', () =>
        cursor.takeSign('(') ? this.#expressions.closed(')') : this.#position.unresolved(),
      );
      const mode = branchMode(isTaken, truthOf(truth));
      this.#branch(mode);
      if (isTaken !== true) isTaken = mode === 'certain' ? true : mode === 'uncertain' ? undefined : isTaken;
      if (cursor.isName('elseif')) continue;
      if (!cursor.takeName('else')) break;
      if (cursor.isName('if')) continue;
      this.#branch(branchMode(isTaken, true));
      break;
    }
    cursor.takeName('endif');
  }

  #branch(mode: Mode): void {
    const cursor = this.#position.cursor;
    this.#memory.in(mode, () => {
      if (!cursor.takeSign(':')) return this.#statement();
      while (!cursor.isAtEnd && !['elseif', 'else', 'endif'].some((name) => cursor.isName(name))) {
        if (this.#isStopped) return;
        this.#statement();
      }
    });
  }

  /** A case that is known to be the one runs up to its `break`; of a value that is not known any may. */
  #switch(): void {
    const cursor = this.#position.cursor;
    cursor.next();
    const subject = cursor.takeSign('(') ? this.#expressions.closed(')') : this.#position.unresolved();
    const isKnown = subject.kind === 'scalar';
    if (!cursor.takeSign('{') && !cursor.takeSign(':')) return;
    let state: 'before' | 'in' | 'after' = 'before';
    while (!cursor.isAtEnd && !this.#isStopped && !cursor.takeSign('}') && !cursor.takeName('endswitch')) {
      const isDefault = cursor.isName('default');
      if (isDefault || cursor.isName('case')) {
        cursor.next();
        const isSame =
          isDefault || truthOf(combine('==', subject, this.#expressions.expression(), subject.at)) === true;
        if (!cursor.takeSign(':') && !cursor.takeSign(';')) cursor.next();
        if (state === 'before' && isSame) state = 'in';
      } else if (cursor.isName('break')) {
        cursor.skipStatement();
        if (state === 'in') state = 'after';
      } else this.#memory.in(isKnown ? (state === 'in' ? 'certain' : 'dead') : 'uncertain', () => this.#statement());
    }
  }

  /** Read in place, as if it were called: parameters have their defaults. */
  #function(): void {
    const cursor = this.#position.cursor;
    cursor.next();
    while (!cursor.isAtEnd && !cursor.isSign('(') && !cursor.isSign('{') && !cursor.isSign(';')) cursor.next();
    this.#memory.inFunction(() => {
      if (cursor.takeSign('(')) this.#parameters();
      cursor.skipStatement();
      if (!cursor.takeSign('{')) return;
      this.#functionDepth += 1;
      this.#block();
      this.#functionDepth -= 1;
    });
  }

  #parameters(): void {
    const cursor = this.#position.cursor;
    while (!cursor.isAtEnd && !cursor.takeSign(')')) {
      const token = cursor.next();
      if (token?.kind === 'sign' && (token.text === '(' || token.text === '[')) cursor.skipBalanced();
      if (token?.kind !== 'variable') continue;
      // Unknown, even when a variable of the file has the same name.
      const value = cursor.takeSign('=') ? this.#expressions.expression() : this.#position.unresolved();
      this.#memory.assign({ name: token.text, path: [], isKnown: true }, value);
    }
  }

  #classConstants(): void {
    const cursor = this.#position.cursor;
    cursor.next();
    // A type may stand before the name.
    while (cursor.peek()?.kind === 'name' && !cursor.isSign('=', 1)) cursor.next();
    for (;;) {
      const token = cursor.next();
      if (token?.kind !== 'name' || !cursor.takeSign('=')) break;
      this.#memory.define(token.text, this.#expressions.expression());
      if (!cursor.takeSign(',')) break;
    }
    cursor.skipStatement();
  }

  #member(): void {
    const cursor = this.#position.cursor;
    while (!cursor.isAtEnd) {
      const token = cursor.peek();
      if (cursor.isName('function') || cursor.isName('const') || cursor.isName('class')) return this.#statement();
      if (token?.kind === 'name' || cursor.isSign('?') || cursor.isSign('|')) cursor.next();
      else break;
    }
    for (;;) {
      const token = cursor.next();
      if (token?.kind !== 'variable') break;
      if (cursor.takeSign('='))
        this.#memory.assign({ name: 'this', path: [token.text], isKnown: true }, this.#expressions.expression());
      if (!cursor.takeSign(',')) break;
    }
    if (!cursor.takeSign(';')) cursor.skipStatement();
  }

  #return(): void {
    this.#position.cursor.next();
    const value = this.#position.cursor.isSign(';') ? this.#position.scalar(null) : this.#expressions.expression();
    this.#position.cursor.skipStatement();
    if (this.#functionDepth > 0 || this.#memory.isDead) return;
    this.#returned = value;
    this.#stopWhenCertain();
  }
}

function branchMode(isTaken: boolean | undefined, truth: boolean | undefined): Mode {
  if (isTaken === true || truth === false) return 'dead';
  return isTaken === false && truth === true ? 'certain' : 'uncertain';
}
