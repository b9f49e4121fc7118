import type { ByteString } from '@lumbung/stdx';
import { parentOf, resolvePath } from '../paths.ts';
import { callFunction, type PhpSurroundings, readEnvironment } from './call-function.ts';
import { TokenCursor, TooDeepError } from './cursor.ts';
import { BINARY_OPERATORS, combine } from './operators.ts';
import type { PhpToken, StringPart } from './tokenize.ts';
import { bytesOfValue, type PhpValue, type Place, truthOf, type Unknown, valueAt } from './value.ts';

/** A call that opens a database or picks one. */
export interface PhpCall {
  /** Lower case: `mysqli_connect`, `select_db`; classes as they are created: `pdo`, `mysqli`. */
  readonly name: string;
  readonly args: readonly PhpValue[];
  readonly at: Place;
}

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
  const evaluator = new Evaluator(files, surroundings);
  evaluator.file(path);
  return evaluator.reading();
}

const RECORDED: ReadonlySet<string> = new Set([
  'mysqli_connect',
  'mysqli_real_connect',
  'mysqli_select_db',
  'mysql_connect',
  'mysql_pconnect',
  'mysql_select_db',
  'pg_connect',
  'pg_pconnect',
  'pdo',
  'mysqli',
  'sqlite3',
  'real_connect',
  'select_db',
  'sqlsrv_connect',
  'oci_connect',
]);

const DEPTH_MAX = 150;
const STRING_BYTES_MAX = 2 ** 20;
const WORK_MAX = 5_000_000;
const CONFLICTS_MAX = 20;
const INCLUDES_MAX = 20;
const CASTS: ReadonlySet<string> = new Set([
  'string', 'int', 'integer', 'bool', 'boolean', 'float', 'double', 'array', 'object', 'binary',
]); // biome-ignore format: a table
const MEMBER_MODIFIERS: ReadonlySet<string> = new Set(['public', 'protected', 'private', 'var', 'static', 'readonly', 'final', 'abstract']); // biome-ignore format: a table
/** Statements that say nothing. Those that have a body end before its brace. */
const SKIPPED: ReadonlySet<string> = new Set([
  'namespace', 'use', 'goto', 'break', 'continue', 'global', 'class', 'interface', 'trait', 'enum', 'declare', 'case', 'default',
  'endif', 'endwhile', 'endfor', 'endforeach', 'endswitch',
]); // biome-ignore format: a table
const LOOPS: ReadonlySet<string> = new Set(['while', 'for', 'foreach', 'switch', 'catch']);

class TooComplexError extends Error {}

type Mode = 'certain' | 'uncertain' | 'dead';

/** A variable, or a place in one. `undefined` in the path appends; `isKnown` false: a key is not known. */
interface Reference {
  readonly name: string;
  readonly path: (string | undefined)[];
  isKnown: boolean;
}

class Evaluator {
  readonly #files: PhpFiles;
  readonly #surroundings: PhpSurroundings;
  readonly #variables = new Map<string, PhpValue>();
  readonly #constants = new Map<string, PhpValue>();
  readonly #calls: PhpCall[] = [];
  readonly #conflicts = new Map<string, Place>();
  readonly #missing = new Set<ByteString>();
  readonly #included = new Set<ByteString>();
  #cursor = new TokenCursor([]);
  #path = '' as ByteString; // empty until the first file
  #returned: PhpValue | undefined;
  #isStopped = false;
  #functionDepth = 0;
  #depth = 0;
  #dead = 0;
  #uncertain = 0;
  #work = 0;
  #isWhole = true;

  constructor(files: PhpFiles, surroundings: PhpSurroundings) {
    this.#files = files;
    this.#surroundings = surroundings;
  }

  reading(): PhpReading {
    return {
      variables: this.#variables,
      constants: this.#constants,
      properties: this.#variables.get('this'),
      calls: this.#calls,
      returned: this.#returned,
      conflicts: [...this.#conflicts].map(([name, at]) => ({ name, at })),
      missing: [...this.#missing],
      isWhole: this.#isWhole,
    };
  }

  file(path: ByteString): void {
    const tokens = this.#files.tokens(path);
    if (tokens === undefined) this.#missing.add(path);
    else {
      try {
        this.#runFile(path, tokens);
      } catch (error) {
        if (!(error instanceof TooComplexError)) throw error;
        this.#isWhole = false;
      }
    }
  }

  #runFile(path: ByteString, tokens: readonly PhpToken[]): void {
    this.#included.add(path);
    const cursor = new TokenCursor(tokens);
    const before = { cursor: this.#cursor, path: this.#path };
    const [depth, dead, uncertain, functionDepth] = [this.#depth, this.#dead, this.#uncertain, this.#functionDepth];
    this.#path = path;
    while (!cursor.isAtEnd && !this.#isStopped) {
      this.#cursor = cursor;
      try {
        this.#statement();
      } catch (error) {
        if (!(error instanceof TooDeepError)) throw error;
        this.#isWhole = false;
        this.#dead = dead;
        this.#uncertain = uncertain;
        this.#functionDepth = functionDepth;
        cursor.skipStatement();
      }
      this.#depth = depth;
    }
    this.#isStopped = false;
    this.#cursor = before.cursor;
    this.#path = before.path;
  }

  #charge(work: number): void {
    this.#work += work;
    if (this.#work > WORK_MAX) throw new TooComplexError();
  }

  #deeper<T>(act: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new TooDeepError();
    const result = act();
    this.#depth -= 1;
    return result;
  }

  #in<T>(mode: Mode, act: () => T): T {
    const { dead, uncertain } = { dead: this.#dead, uncertain: this.#uncertain };
    if (mode === 'dead') this.#dead += 1;
    if (mode === 'uncertain') this.#uncertain += 1;
    const result = act();
    this.#dead = dead;
    this.#uncertain = uncertain;
    return result;
  }

  get #here(): Place {
    return { path: this.#path, line: this.#cursor.line };
  }

  #unresolved(why: Unknown = { kind: 'expression' }): PhpValue {
    return { kind: 'unresolved', why, at: this.#here };
  }

  #scalar(value: string | number | boolean | null): PhpValue {
    return { kind: 'scalar', value, at: this.#here };
  }

  // Statements

  #statement(): void {
    this.#deeper(() => {
      const begin = this.#cursor.at;
      const token = this.#cursor.peek();
      if (this.#cursor.takeSign('{')) this.#block();
      else if (token?.kind === 'garbage') this.#cursor.next();
      else if (token?.kind === 'name' && this.#namedStatement(token.text.toLowerCase())) return;
      else this.#expressionStatement();
      if (this.#cursor.at === begin) this.#cursor.next();
    });
  }

  #block(): void {
    while (!this.#cursor.isAtEnd && !this.#isStopped && !this.#cursor.takeSign('}')) this.#statement();
  }

  #expressionStatement(): void {
    this.#expression();
    if (!this.#cursor.takeSign(';')) this.#cursor.skipStatement();
  }

  /** False: no statement begins with this name. */
  #namedStatement(name: string): boolean {
    const cursor = this.#cursor;
    if (name === 'if') this.#if();
    else if (name === 'else' || name === 'do' || name === 'try' || name === 'finally') {
      cursor.next();
      this.#in('uncertain', () => this.#statement());
    } else if (LOOPS.has(name)) {
      cursor.next();
      if (cursor.takeSign('(')) cursor.skipBalanced();
      this.#in('uncertain', () => this.#statement());
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

  #stopWhenCertain(): void {
    if (this.#dead === 0 && this.#uncertain === 0 && this.#functionDepth === 0) this.#isStopped = true;
  }

  #if(): void {
    const cursor = this.#cursor;
    /** Whether one of the branches so far is surely the one that runs. */
    let isTaken: boolean | undefined = false;
    for (;;) {
      cursor.next();
      const truth = this.#in(isTaken === true ? 'dead' : isTaken === undefined ? 'uncertain' : 'certain', () =>
        cursor.takeSign('(') ? this.#closed(')') : this.#unresolved(),
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
    const cursor = this.#cursor;
    this.#in(mode, () => {
      if (!cursor.takeSign(':')) return this.#statement();
      while (!cursor.isAtEnd && !['elseif', 'else', 'endif'].some((name) => cursor.isName(name))) {
        if (this.#isStopped) return;
        this.#statement();
      }
    });
  }

  /** Read in place, as if it were called: parameters have their defaults. */
  #function(): void {
    const cursor = this.#cursor;
    cursor.next();
    while (!cursor.isAtEnd && !cursor.isSign('(') && !cursor.isSign('{') && !cursor.isSign(';')) cursor.next();
    if (cursor.takeSign('(')) this.#parameters();
    cursor.skipStatement();
    if (!cursor.takeSign('{')) return;
    this.#functionDepth += 1;
    this.#block();
    this.#functionDepth -= 1;
  }

  #parameters(): void {
    const cursor = this.#cursor;
    while (!cursor.isAtEnd && !cursor.takeSign(')')) {
      const token = cursor.next();
      if (token?.kind === 'sign' && (token.text === '(' || token.text === '[')) cursor.skipBalanced();
      if (token?.kind !== 'variable') continue;
      // Unknown, even when a variable of the file has the same name.
      const value = cursor.takeSign('=') ? this.#expression() : this.#unresolved();
      this.#assign({ name: token.text, path: [], isKnown: true }, value);
    }
  }

  #classConstants(): void {
    const cursor = this.#cursor;
    cursor.next();
    // A type may stand before the name.
    while (cursor.peek()?.kind === 'name' && !cursor.isSign('=', 1)) cursor.next();
    for (;;) {
      const token = cursor.next();
      if (token?.kind !== 'name' || !cursor.takeSign('=')) break;
      this.#define(token.text as ByteString, this.#expression()); // a name of the tokenizer is a byte string
      if (!cursor.takeSign(',')) break;
    }
    cursor.skipStatement();
  }

  #member(): void {
    const cursor = this.#cursor;
    while (!cursor.isAtEnd) {
      const token = cursor.peek();
      if (cursor.isName('function') || cursor.isName('const') || cursor.isName('class')) return this.#statement();
      if (token?.kind === 'name' || cursor.isSign('?') || cursor.isSign('|')) cursor.next();
      else break;
    }
    for (;;) {
      const token = cursor.next();
      if (token?.kind !== 'variable') break;
      if (cursor.takeSign('=')) this.#assign({ name: 'this', path: [token.text], isKnown: true }, this.#expression());
      if (!cursor.takeSign(',')) break;
    }
    if (!cursor.takeSign(';')) cursor.skipStatement();
  }

  #return(): void {
    this.#cursor.next();
    const value = this.#cursor.isSign(';') ? this.#scalar(null) : this.#expression();
    this.#cursor.skipStatement();
    if (this.#functionDepth > 0 || this.#dead > 0) return;
    this.#returned = value;
    this.#stopWhenCertain();
  }

  // Expressions

  #expression(precedence = 0): PhpValue {
    return this.#deeper(() => {
      let left = this.#unary();
      for (;;) {
        const token = this.#cursor.peek();
        const text = token?.kind === 'sign' || token?.kind === 'name' ? token.text.toLowerCase() : '';
        const operator = BINARY_OPERATORS.get(text);
        if (operator === undefined || operator < precedence) return left;
        this.#cursor.next();
        left = this.#binary(left, text, operator);
      }
    });
  }

  #binary(left: PhpValue, text: string, operator: number): PhpValue {
    if (text === '?') return this.#ternary(left);
    const truth = truthOf(left);
    if (text === '??')
      return this.#coalesce(
        left,
        this.#in(modeOf(isMissing(left)), () => this.#expression(operator)),
      );
    const isOr = text === '||' || text === 'or';
    const isAnd = text === '&&' || text === 'and';
    if (!isOr && !isAnd) {
      const right = this.#expression(operator + 1);
      this.#charge(1);
      if (left.kind === 'scalar' && typeof left.value === 'string') this.#charge(left.value.length / 16);
      if (left.kind === 'array' && right.kind === 'array') this.#charge(left.entries.size + right.entries.size);
      return this.#bounded(combine(text, left, right, this.#here));
    }
    const runsRight = truth === undefined ? undefined : isOr ? !truth : truth;
    const right = this.#in(modeOf(runsRight), () => this.#expression(operator + 1));
    const rightTruth = truthOf(right);
    if (isOr && (truth === true || rightTruth === true)) return this.#scalar(true);
    if (isAnd && (truth === false || rightTruth === false)) return this.#scalar(false);
    if (truth === undefined) return left;
    return rightTruth === undefined ? right : this.#scalar(rightTruth);
  }

  #bounded(value: PhpValue): PhpValue {
    const isLong = value.kind === 'scalar' && typeof value.value === 'string' && value.value.length > STRING_BYTES_MAX;
    return isLong ? this.#unresolved({ kind: 'too-complex' }) : value;
  }

  #coalesce(left: PhpValue, right: PhpValue): PhpValue {
    // An unknown left side stays what is missing: it names the environment variable to ask for.
    return isMissing(left) === true ? right : left;
  }

  #ternary(condition: PhpValue): PhpValue {
    const truth = truthOf(condition);
    const isShort = this.#cursor.takeSign(':');
    const yes = isShort ? condition : this.#in(modeOf(truth), () => this.#expression());
    if (!isShort) this.#cursor.takeSign(':');
    const no = this.#in(modeOf(truth === undefined ? undefined : !truth), () => this.#expression(TERNARY + 1));
    if (truth !== undefined) return truth ? yes : no;
    return condition.kind === 'unresolved' ? condition : this.#unresolved();
  }

  #unary(): PhpValue {
    const cursor = this.#cursor;
    const token = cursor.peek();
    if (token === undefined) return this.#unresolved();
    switch (token.kind) {
      case 'garbage':
        cursor.next();
        return this.#unresolved();
      case 'variable':
        cursor.next();
        return this.#reference({ name: token.text, path: [], isKnown: true });
      case 'number':
        cursor.next();
        return this.#scalar(numberOf(token.text));
      case 'string': {
        const value = this.#string(token.parts);
        cursor.next();
        return this.#postfix(value);
      }
      case 'name':
        cursor.next();
        return this.#named(token.text);
      case 'sign':
        return this.#signed(token.text);
    }
  }

  #signed(sign: string): PhpValue {
    const cursor = this.#cursor;
    if (sign === '(') {
      const name = cursor.peek(1);
      if (name?.kind === 'name' && CASTS.has(name.text.toLowerCase()) && cursor.isSign(')', 2)) {
        cursor.next();
        cursor.next();
        cursor.next();
        return this.#expression(UNARY);
      }
      cursor.next();
      return this.#postfix(this.#closed(')'));
    }
    if (sign === '[') {
      cursor.next();
      return this.#postfix(this.#array(']'));
    }
    if (sign === '!') {
      cursor.next();
      const truth = this.#expression(UNARY);
      const known = truthOf(truth);
      return known === undefined ? truth : this.#scalar(!known);
    }
    if (sign === '-' || sign === '+') {
      cursor.next();
      const value = this.#expression(UNARY);
      if (value.kind === 'scalar' && typeof value.value === 'number')
        return this.#scalar(sign === '-' ? -value.value : value.value);
      return this.#unresolved();
    }
    if (sign === '@' || sign === '&' || sign === '~' || sign === '++' || sign === '--' || sign === '...') {
      cursor.next();
      const value = this.#expression(UNARY);
      return sign === '@' || sign === '&' || sign === '...' ? value : this.#unresolved();
    }
    // Not taken: whoever reads the statement skips what does not belong here.
    return this.#unresolved();
  }

  /** An expression and the bracket behind it; what lies between them is skipped. */
  #closed(close: string): PhpValue {
    const value = this.#expression();
    if (!this.#cursor.takeSign(close)) this.#cursor.skipBalanced();
    return value;
  }

  #string(parts: readonly StringPart[]): PhpValue {
    let text = '';
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else {
        const value = this.#nested(part);
        const bytes = value.kind === 'scalar' ? (bytesOfValue(value) ?? '') : undefined;
        if (bytes === undefined) return value.kind === 'unresolved' ? value : this.#unresolved();
        text += bytes;
      }
      this.#charge(1 + text.length / 64);
      if (text.length > STRING_BYTES_MAX) return this.#unresolved({ kind: 'too-complex' });
    }
    return this.#scalar(text);
  }

  #nested(tokens: readonly PhpToken[]): PhpValue {
    const cursor = this.#cursor;
    this.#cursor = new TokenCursor(tokens);
    const value = this.#expression();
    this.#cursor = cursor;
    return value;
  }

  /** Behind the bracket that opens it. `array(` and `[` are the same. */
  #array(close: ')' | ']'): PhpValue {
    const cursor = this.#cursor;
    const at = this.#here;
    const entries = new Map<string, PhpValue>();
    while (!cursor.isAtEnd && !cursor.takeSign(close)) {
      const begin = cursor.at;
      this.#element(entries);
      cursor.takeSign(',');
      if (cursor.at === begin) cursor.next();
    }
    // A list to the left of `=` gives names to parts; whatever they are, they are no literals.
    if (cursor.isSign('=')) {
      cursor.next();
      this.#expression();
      return this.#unresolved();
    }
    return { kind: 'array', entries, at };
  }

  #element(entries: Map<string, PhpValue>): void {
    const cursor = this.#cursor;
    const isSpread = cursor.takeSign('...');
    const first = this.#expression();
    this.#charge(1);
    if (isSpread) {
      if (first.kind !== 'array') return;
      this.#charge(first.entries.size);
      for (const [key, value] of first.entries) entries.set(/^\d+$/.test(key) ? nextIndex(entries) : key, value);
    } else if (cursor.takeSign('=>')) {
      const key = keyOf(first);
      const value = this.#expression();
      if (key !== undefined) entries.set(key, value);
    } else entries.set(nextIndex(entries), first);
  }

  // Variables

  #reference(reference: Reference): PhpValue {
    const cursor = this.#cursor;
    for (;;) {
      if (cursor.takeSign('[')) {
        if (cursor.takeSign(']')) reference.path.push(undefined);
        else this.#addKey(reference, keyOf(this.#closed(']')));
      } else if (cursor.isSign('->') || cursor.isSign('?->')) {
        cursor.next();
        const name = this.#memberName();
        if (cursor.takeSign('(')) return this.#method(name);
        this.#addKey(reference, name);
      } else if (cursor.takeSign('::')) {
        const name = this.#memberName();
        if (cursor.takeSign('(')) return this.#method(name);
        return this.#postfix(this.#unresolved());
      } else break;
    }
    return this.#assignment(reference) ?? this.#read(reference);
  }

  #addKey(reference: Reference, key: string | undefined): void {
    if (key === undefined) reference.isKnown = false;
    else reference.path.push(key);
  }

  #memberName(): string | undefined {
    const cursor = this.#cursor;
    if (cursor.takeSign('{')) return keyOf(this.#closed('}'));
    const token = cursor.next();
    if (token?.kind === 'name') return token.text;
    return token?.kind === 'variable' ? keyOf(this.#variables.get(token.text) ?? this.#unresolved()) : undefined;
  }

  #method(name: string | undefined): PhpValue {
    const at = this.#here;
    const args = this.#arguments();
    if (name !== undefined) this.#record(name.toLowerCase(), args, at);
    return this.#postfix({ kind: 'unresolved', why: { kind: 'expression' }, at });
  }

  #assignment(reference: Reference): PhpValue | undefined {
    const cursor = this.#cursor;
    if (cursor.takeSign('=')) return this.#assign(reference, this.#expression());
    if (cursor.takeSign('.=')) {
      const before = this.#read(reference);
      const value = this.#bounded(combine('.', before, this.#expression(), this.#here));
      this.#charge(1);
      return this.#assign(reference, value);
    }
    if (cursor.takeSign('??=')) {
      const before = this.#read(reference);
      return this.#assign(reference, this.#coalesce(before, this.#expression()));
    }
    for (const sign of ['+=', '-=', '*=', '/=', '%=', '**=', '|=', '&=', '^=', '<<=', '>>=']) {
      if (!cursor.takeSign(sign)) continue;
      this.#expression();
      return this.#assign(reference, this.#unresolved());
    }
    if (cursor.takeSign('++') || cursor.takeSign('--')) return this.#unresolved();
    return undefined;
  }

  #read(reference: Reference): PhpValue {
    const { name, path, isKnown } = reference;
    if (!isKnown || path.includes(undefined)) return this.#unresolved();
    const first = path[0];
    if (first !== undefined && path.length === 1 && (name === '_ENV' || name === '_SERVER')) {
      const given = name === '_SERVER' ? this.#surroundings.server?.get(first) : undefined;
      if (given !== undefined) return this.#scalar(given);
      // A key of the tokenizer is a byte string.
      return readEnvironment(first as ByteString, undefined, this.#here, this.#surroundings, false);
    }
    const value = valueAt(this.#variables.get(name), ...path.filter((key) => key !== undefined));
    return value ?? this.#unresolved();
  }

  #assign(reference: Reference, value: PhpValue): PhpValue {
    if (this.#dead > 0 || !reference.isKnown) return value;
    const { name, path } = reference;
    if (this.#uncertain > 0 && !path.includes(undefined)) {
      this.#compare(`$${[name, ...path].join('.')}`, this.#read(reference), value);
    }
    this.#variables.set(name, this.#with(this.#variables.get(name), path, value));
    return value;
  }

  #compare(name: string, before: PhpValue | undefined, value: PhpValue): void {
    if (before === undefined || before.kind === 'unresolved' || this.#conflicts.size >= CONFLICTS_MAX) return;
    this.#charge(name.length);
    if (before.kind === 'scalar' && value.kind === 'scalar' && before.value === value.value) return;
    this.#conflicts.set(name, value.at);
  }

  /** Arrays are values: a changed one is another one, so nothing that holds the old one sees it. */
  #with(container: PhpValue | undefined, path: readonly (string | undefined)[], value: PhpValue): PhpValue {
    if (path.length === 0) return value;
    const [key, ...rest] = path;
    const before = container?.kind === 'array' ? container : undefined;
    this.#charge(1 + path.length + (before?.entries.size ?? 0));
    const entries = new Map(before?.entries);
    const index = key ?? nextIndex(entries);
    entries.set(index, this.#with(entries.get(index), rest, value));
    return { kind: 'array', entries, at: before?.at ?? this.#here };
  }

  // Names

  #named(text: string): PhpValue {
    const name = text.slice(text.lastIndexOf('\\') + 1);
    const lower = name.toLowerCase();
    const cursor = this.#cursor;
    switch (lower) {
      case 'new':
        return this.#new();
      case 'include':
      case 'include_once':
      case 'require':
      case 'require_once':
        return this.#include(lower.endsWith('_once'));
      case 'clone':
      case 'print':
      case 'throw':
        return this.#expression();
      case 'function':
      case 'fn':
      case 'match':
      case 'static':
        if (lower !== 'static' || cursor.isName('function') || cursor.isName('fn')) return this.#closure(lower);
        break;
      case 'isset':
      case 'empty':
        return this.#isset(lower === 'empty');
      case 'array':
        if (cursor.takeSign('(')) return this.#postfix(this.#array(')'));
        break;
      case 'list':
        if (cursor.takeSign('(')) return this.#array(')');
        break;
      default:
    }
    if (cursor.takeSign('::')) return this.#classMember();
    if (cursor.takeSign('(')) return this.#postfix(this.#call(lower));
    return this.#postfix(this.#constant(name));
  }

  #constant(name: string): PhpValue {
    switch (name.toLowerCase()) {
      case 'true':
        return this.#scalar(true);
      case 'false':
        return this.#scalar(false);
      case 'null':
        return this.#scalar(null);
      case '__dir__':
        return this.#scalar(parentOf(this.#path));
      case '__file__':
        return this.#scalar(this.#path);
      case 'directory_separator':
      case 'ds':
        return this.#constants.get(name) ?? this.#scalar('/');
      case 'php_eol':
        return this.#scalar('\n');
      default: {
        const given = this.#surroundings.constants?.get(name);
        return this.#constants.get(name) ?? (given === undefined ? this.#unresolved() : this.#scalar(given));
      }
    }
  }

  #classMember(): PhpValue {
    const cursor = this.#cursor;
    const token = cursor.next();
    if (token?.kind === 'variable') return this.#reference({ name: 'this', path: [token.text], isKnown: true });
    if (token?.kind !== 'name') return this.#unresolved();
    if (cursor.takeSign('(')) return this.#method(token.text);
    return this.#postfix(this.#constants.get(token.text) ?? this.#unresolved());
  }

  #call(name: string): PhpValue {
    const at = this.#here;
    const args = this.#arguments();
    const [first, second] = args;
    const text = bytesOfValue(first);
    switch (name) {
      case 'define':
        if (text !== undefined && second !== undefined) this.#define(text, second);
        return { kind: 'scalar', value: true, at };
      case 'defined':
        return text !== undefined && this.#constants.has(text)
          ? { kind: 'scalar', value: true, at }
          : this.#unresolved();
      case 'constant':
        return text === undefined ? this.#unresolved() : this.#constant(text.slice(text.lastIndexOf(':') + 1));
      case 'array_merge':
      case 'array_replace':
      case 'array_replace_recursive':
        return this.#merge(args, at);
      default:
        this.#record(name, args, at);
        return callFunction(name, args, at, this.#surroundings);
    }
  }

  #merge(args: readonly PhpValue[], at: Place): PhpValue {
    const entries = new Map<string, PhpValue>();
    for (const arg of args) {
      if (arg.kind !== 'array') return arg.kind === 'unresolved' ? arg : this.#unresolved();
      this.#charge(arg.entries.size);
      for (const [key, value] of arg.entries) entries.set(key, value);
    }
    return { kind: 'array', entries, at };
  }

  #define(name: ByteString, value: PhpValue): void {
    if (this.#dead > 0) return;
    const before = this.#constants.get(name);
    if (this.#uncertain > 0) this.#compare(name, before, value);
    // A constant that is defined keeps its value, unless it is not known which of the two definitions runs.
    if (before === undefined || this.#uncertain > 0) this.#constants.set(name, value);
  }

  #record(name: string, args: readonly PhpValue[], at: Place): void {
    if (this.#dead === 0 && RECORDED.has(name)) this.#calls.push({ name, args, at });
  }

  /** Behind the opening bracket. */
  #arguments(): PhpValue[] {
    const cursor = this.#cursor;
    const args: PhpValue[] = [];
    while (!cursor.isAtEnd && !cursor.takeSign(')')) {
      const begin = cursor.at;
      // A named argument: taken in the order of the text.
      if (cursor.peek()?.kind === 'name' && cursor.isSign(':', 1)) {
        cursor.next();
        cursor.next();
      }
      args.push(this.#expression());
      cursor.takeSign(',');
      if (cursor.at === begin) cursor.next();
    }
    return args;
  }

  #new(): PhpValue {
    const cursor = this.#cursor;
    const at = this.#here;
    const token = cursor.next();
    if (token?.kind !== 'name') return this.#postfix({ kind: 'unresolved', why: { kind: 'expression' }, at });
    const name = token.text.slice(token.text.lastIndexOf('\\') + 1).toLowerCase();
    const args = cursor.takeSign('(') ? this.#arguments() : [];
    this.#record(name, args, at);
    // An anonymous class: its body is no part of the value.
    if (name === 'class') {
      while (!cursor.isAtEnd && !cursor.isSign('{') && !cursor.isSign(';')) cursor.next();
      if (cursor.takeSign('{')) cursor.skipBalanced();
    }
    if (name === 'stdclass') return { kind: 'array', entries: new Map(), at };
    return { kind: 'unresolved', why: { kind: 'expression' }, at };
  }

  #closure(name: string): PhpValue {
    const cursor = this.#cursor;
    if (name === 'static') cursor.next();
    while (!cursor.isAtEnd && !cursor.isSign('{') && !cursor.isSign('=>') && !cursor.isSign(';')) {
      if (cursor.takeSign('(')) cursor.skipBalanced();
      else cursor.next();
    }
    if (cursor.takeSign('{')) cursor.skipBalanced();
    else if (cursor.takeSign('=>')) this.#in('dead', () => this.#expression());
    return this.#unresolved();
  }

  #isset(isNegated: boolean): PhpValue {
    const cursor = this.#cursor;
    if (!cursor.takeSign('(')) return this.#unresolved();
    const serverKey = cursor.peek(2);
    const isServer = cursor.peek()?.kind === 'variable' && cursor.isSign('[', 1) && cursor.isSign(']', 3);
    const first = cursor.peek();
    if (isServer && first?.kind === 'variable' && first.text === '_SERVER' && serverKey?.kind === 'string') {
      const [key] = serverKey.parts;
      cursor.skipBalanced();
      const isGiven = typeof key === 'string' && (this.#surroundings.server?.has(key) ?? false);
      return this.#scalar(isGiven !== isNegated);
    }
    const value = this.#in('dead', () => this.#arguments())[0];
    if (value === undefined || value.kind === 'unresolved') return value ?? this.#unresolved();
    if (!isNegated) return this.#scalar(value.kind !== 'scalar' || value.value !== null);
    const truth = truthOf(value);
    return truth === undefined ? this.#unresolved() : this.#scalar(!truth);
  }

  #include(isOnce: boolean): PhpValue {
    const value = this.#expression();
    const text = bytesOfValue(value);
    if (text === undefined || this.#dead > 0 || !/\.(?:php|inc)$/i.test(text)) return this.#unresolved();
    const path = resolvePath(parentOf(this.#path), text);
    if (this.#included.has(path) && isOnce) return this.#scalar(true);
    const tokens = this.#files.tokens(path);
    if (tokens === undefined) this.#missing.add(path);
    if (tokens === undefined || this.#included.has(path) || this.#included.size >= INCLUDES_MAX)
      return this.#unresolved();
    const returned = this.#returned;
    this.#returned = undefined;
    this.#runFile(path, tokens);
    // What an included file returns is the value of the include; assigned within `#runFile`, which the compiler cannot see.
    const result = this.#returned as PhpValue | undefined;
    this.#returned = returned;
    return result ?? this.#scalar(1);
  }

  /** What may follow a value: an index, a member, a call. */
  #postfix(value: PhpValue): PhpValue {
    const cursor = this.#cursor;
    let result = value;
    for (;;) {
      if (cursor.takeSign('[')) {
        const key = cursor.takeSign(']') ? undefined : keyOf(this.#closed(']'));
        result = (key === undefined ? undefined : valueAt(result, key)) ?? this.#unresolved();
      } else if (cursor.isSign('->') || cursor.isSign('?->') || cursor.isSign('::')) {
        cursor.next();
        const name = this.#memberName();
        if (cursor.takeSign('(')) {
          const at = this.#here;
          this.#record((name ?? '').toLowerCase(), this.#arguments(), at);
          result = this.#unresolved();
        } else result = (name === undefined ? undefined : valueAt(result, name)) ?? this.#unresolved();
      } else if (cursor.takeSign('(')) {
        this.#arguments();
        result = this.#unresolved();
      } else return result;
    }
  }
}

/** How tightly `?` and the signs before a value bind; see BINARY_OPERATORS. */
const TERNARY = 5;
const UNARY = 20;

function branchMode(isTaken: boolean | undefined, truth: boolean | undefined): Mode {
  if (isTaken === true || truth === false) return 'dead';
  return isTaken === false && truth === true ? 'certain' : 'uncertain';
}

function modeOf(runs: boolean | undefined): Mode {
  return runs === undefined ? 'uncertain' : runs ? 'certain' : 'dead';
}

/** Whether `??` takes its right side. */
function isMissing(value: PhpValue): boolean | undefined {
  if (value.kind === 'unresolved') return undefined;
  return value.kind === 'scalar' && value.value === null;
}

function keyOf(value: PhpValue): string | undefined {
  if (value.kind !== 'scalar') return undefined;
  if (value.value === null) return '';
  return typeof value.value === 'boolean' ? String(Number(value.value)) : String(value.value);
}

function nextIndex(entries: ReadonlyMap<string, PhpValue>): string {
  // Lists have no gaps; in an array of mixed keys the exact number does not matter, only that nothing is lost.
  return entries.has(String(entries.size)) ? `#${entries.size}` : String(entries.size);
}

function numberOf(text: string): number {
  const plain = text.replaceAll('_', '');
  const value = /^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : Number(plain);
  return Number.isNaN(value) ? 0 : value;
}
