import type { ByteString } from '@lumbung/stdx';
import { parentOf, resolvePath } from '../paths.ts';
import { ArrayBuilder, keyOf } from './array-builder.ts';
import { callFunction, type PhpSurroundings, readEnvironment } from './call-function.ts';
import { TokenCursor } from './cursor.ts';
import type { Memory, Mode, Reference } from './memory.ts';
import { BINARY_OPERATORS, combine } from './operators.ts';
import type { Position } from './position.ts';
import type { PhpToken, StringPart } from './tokenize.ts';
import { bytesOfValue, type PhpValue, type Place, truthOf, valueAt } from './value.ts';

const STRING_BYTES_MAX = 2 ** 20;
/** How tightly `?` and the signs before a value bind; see BINARY_OPERATORS. */
const TERNARY = 5;
const UNARY = 20;
const CASTS: ReadonlySet<string> = new Set([
  'string',
  'int',
  'integer',
  'bool',
  'boolean',
  'float',
  'double',
  'array',
  'object',
  'binary',
]);

/** Reads a file that is included. Undefined: it is not there, or is being read already. */
export type IncludeFile = (path: ByteString, isOnce: boolean) => PhpValue | undefined;

/** Reads expressions at the position, with their assignments and definitions. */
export class ExpressionReader {
  readonly #position: Position;
  readonly #memory: Memory;
  readonly #surroundings: PhpSurroundings;
  readonly #includeFile: IncludeFile;

  constructor(position: Position, memory: Memory, surroundings: PhpSurroundings, includeFile: IncludeFile) {
    this.#position = position;
    this.#memory = memory;
    this.#surroundings = surroundings;
    this.#includeFile = includeFile;
  }

  expression(precedence = 0): PhpValue {
    return this.#position.deeper(() => {
      let left = this.#unary();
      for (;;) {
        const token = this.#position.cursor.peek();
        const text = token?.kind === 'sign' || token?.kind === 'name' ? token.text.toLowerCase() : '';
        const operator = BINARY_OPERATORS.get(text);
        if (operator === undefined || operator < precedence) return left;
        this.#position.cursor.next();
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
        this.#memory.in(modeOf(isMissing(left)), () => this.expression(operator)),
      );
    const isOr = text === '||' || text === 'or';
    const isAnd = text === '&&' || text === 'and';
    if (!isOr && !isAnd) {
      const right = this.expression(operator + 1);
      this.#memory.charge(1);
      if (left.kind === 'scalar' && typeof left.value === 'string') this.#memory.charge(left.value.length / 16);
      if (left.kind === 'array' && right.kind === 'array') this.#memory.charge(left.entries.size + right.entries.size);
      return this.#bounded(combine(text, left, right, this.#position.here));
    }
    const runsRight = truth === undefined ? undefined : isOr ? !truth : truth;
    const right = this.#memory.in(modeOf(runsRight), () => this.expression(operator + 1));
    const rightTruth = truthOf(right);
    if (isOr && (truth === true || rightTruth === true)) return this.#position.scalar(true);
    if (isAnd && (truth === false || rightTruth === false)) return this.#position.scalar(false);
    if (truth === undefined) return left;
    return rightTruth === undefined ? right : this.#position.scalar(rightTruth);
  }

  #bounded(value: PhpValue): PhpValue {
    const isLong = value.kind === 'scalar' && typeof value.value === 'string' && value.value.length > STRING_BYTES_MAX;
    return isLong ? this.#position.unresolved({ kind: 'too-complex' }) : value;
  }

  #coalesce(left: PhpValue, right: PhpValue): PhpValue {
    // An unknown left side stays what is missing: it names the environment variable to ask for.
    return isMissing(left) === true ? right : left;
  }

  #ternary(condition: PhpValue): PhpValue {
    const truth = truthOf(condition);
    const isShort = this.#position.cursor.takeSign(':');
    const yes = isShort ? condition : this.#memory.in(modeOf(truth), () => this.expression());
    if (!isShort) this.#position.cursor.takeSign(':');
    const no = this.#memory.in(modeOf(truth === undefined ? undefined : !truth), () => this.expression(TERNARY + 1));
    if (truth !== undefined) return truth ? yes : no;
    return condition.kind === 'unresolved' ? condition : this.#position.unresolved();
  }

  #unary(): PhpValue {
    const cursor = this.#position.cursor;
    const token = cursor.peek();
    if (token === undefined) return this.#position.unresolved();
    switch (token.kind) {
      case 'garbage':
        cursor.next();
        return this.#position.unresolved();
      case 'variable':
        cursor.next();
        return this.#reference({ name: token.text, path: [], isKnown: true });
      case 'number':
        cursor.next();
        return this.#position.scalar(numberOf(token.text));
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
    const cursor = this.#position.cursor;
    if (sign === '(') {
      const name = cursor.peek(1);
      if (name?.kind === 'name' && CASTS.has(name.text.toLowerCase()) && cursor.isSign(')', 2)) {
        cursor.next();
        cursor.next();
        cursor.next();
        return cast(name.text.toLowerCase(), this.expression(UNARY));
      }
      cursor.next();
      return this.#postfix(this.closed(')'));
    }
    if (sign === '[') {
      cursor.next();
      return this.#postfix(this.#array(']'));
    }
    if (sign === '!') {
      cursor.next();
      const truth = this.expression(UNARY);
      const known = truthOf(truth);
      return known === undefined ? truth : this.#position.scalar(!known);
    }
    if (sign === '-' || sign === '+') {
      cursor.next();
      const value = this.expression(UNARY);
      if (value.kind === 'scalar' && typeof value.value === 'number')
        return this.#position.scalar(sign === '-' ? -value.value : value.value);
      return this.#position.unresolved();
    }
    if (sign === '@' || sign === '&' || sign === '~' || sign === '++' || sign === '--' || sign === '...') {
      cursor.next();
      const value = this.expression(UNARY);
      return sign === '@' || sign === '&' || sign === '...' ? value : this.#position.unresolved();
    }
    // Not taken: whoever reads the statement skips what does not belong here.
    return this.#position.unresolved();
  }

  /** An expression and the bracket behind it; what lies between them is skipped. */
  closed(close: string): PhpValue {
    const value = this.expression();
    if (!this.#position.cursor.takeSign(close)) this.#position.cursor.skipBalanced();
    return value;
  }

  #string(parts: readonly StringPart[]): PhpValue {
    let text = '';
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else {
        const value = this.#nested(part);
        const bytes = value.kind === 'scalar' ? (bytesOfValue(value) ?? '') : undefined;
        if (bytes === undefined) return value.kind === 'unresolved' ? value : this.#position.unresolved();
        text += bytes;
      }
      this.#memory.charge(1 + text.length / 64);
      if (text.length > STRING_BYTES_MAX) return this.#position.unresolved({ kind: 'too-complex' });
    }
    return this.#position.scalar(text);
  }

  #nested(tokens: readonly PhpToken[]): PhpValue {
    const cursor = this.#position.cursor;
    this.#position.cursor = new TokenCursor(tokens);
    const value = this.expression();
    this.#position.cursor = cursor;
    return value;
  }

  /** Behind the bracket that opens it. `array(` and `[` are the same. */
  #array(close: ')' | ']'): PhpValue {
    const cursor = this.#position.cursor;
    const at = this.#position.here;
    const builder = new ArrayBuilder();
    while (!cursor.isAtEnd && !cursor.takeSign(close)) {
      const begin = cursor.at;
      this.#element(builder);
      cursor.takeSign(',');
      if (cursor.at === begin) cursor.next();
    }
    // A list to the left of `=` gives names to parts; whatever they are, they are no literals.
    if (cursor.isSign('=')) {
      cursor.next();
      this.expression();
      return this.#position.unresolved();
    }
    return builder.finish(at);
  }

  #element(builder: ArrayBuilder): void {
    const cursor = this.#position.cursor;
    const isSpread = cursor.takeSign('...');
    const first = this.expression();
    this.#memory.charge(1);
    if (isSpread) {
      if (first.kind !== 'array') return;
      this.#memory.charge(first.entries.size);
      for (const [key, value] of first.entries) {
        if (/^\d+$/.test(key)) builder.append(value);
        else builder.set(key, value);
      }
    } else if (cursor.takeSign('=>')) {
      const key = keyOf(first);
      const value = this.expression();
      if (key !== undefined) builder.set(key, value);
    } else builder.append(first);
  }

  #reference(reference: Reference): PhpValue {
    const cursor = this.#position.cursor;
    for (;;) {
      if (cursor.takeSign('[')) {
        if (cursor.takeSign(']')) reference.path.push(undefined);
        else this.#addKey(reference, keyOf(this.closed(']')));
      } else if (cursor.isSign('->') || cursor.isSign('?->')) {
        cursor.next();
        const name = this.#memberName();
        if (cursor.takeSign('(')) return this.#method(name);
        this.#addKey(reference, name);
      } else if (cursor.takeSign('::')) {
        const name = this.#memberName();
        if (cursor.takeSign('(')) return this.#method(name);
        return this.#postfix(this.#position.unresolved());
      } else break;
    }
    return this.#assignment(reference) ?? this.#read(reference);
  }

  #addKey(reference: Reference, key: string | undefined): void {
    if (key === undefined) reference.isKnown = false;
    else reference.path.push(key);
  }

  #memberName(): string | undefined {
    const cursor = this.#position.cursor;
    if (cursor.takeSign('{')) return keyOf(this.closed('}'));
    const token = cursor.next();
    if (token?.kind === 'name') return token.text;
    return token?.kind === 'variable'
      ? keyOf(this.#memory.variables.get(token.text) ?? this.#position.unresolved())
      : undefined;
  }

  #method(name: string | undefined): PhpValue {
    const at = this.#position.here;
    const args = this.#arguments();
    if (name !== undefined) this.#memory.record(name.toLowerCase(), args, at);
    return this.#postfix({ kind: 'unresolved', why: { kind: 'expression' }, at });
  }

  #assignment(reference: Reference): PhpValue | undefined {
    const cursor = this.#position.cursor;
    if (cursor.takeSign('=')) return this.#memory.assign(reference, this.expression());
    if (cursor.takeSign('.=')) {
      const before = this.#read(reference);
      const value = this.#bounded(combine('.', before, this.expression(), this.#position.here));
      this.#memory.charge(1);
      return this.#memory.assign(reference, value);
    }
    if (cursor.takeSign('??=')) {
      const before = this.#read(reference);
      return this.#memory.assign(reference, this.#coalesce(before, this.expression()));
    }
    for (const sign of ['+=', '-=', '*=', '/=', '%=', '**=', '|=', '&=', '^=', '<<=', '>>=']) {
      if (!cursor.takeSign(sign)) continue;
      this.expression();
      return this.#memory.assign(reference, this.#position.unresolved());
    }
    if (cursor.takeSign('++') || cursor.takeSign('--')) return this.#position.unresolved();
    return undefined;
  }

  #read(reference: Reference): PhpValue {
    const { name, path, isKnown } = reference;
    if (!isKnown || path.includes(undefined)) return this.#position.unresolved();
    const first = path[0];
    if (first !== undefined && path.length === 1 && (name === '_ENV' || name === '_SERVER')) {
      const given = name === '_SERVER' ? this.#surroundings.server?.get(first) : undefined;
      if (given !== undefined) return this.#position.scalar(given);
      // A key of the tokenizer is a byte string.
      return readEnvironment(first as ByteString, undefined, this.#position.here, this.#surroundings, false);
    }
    const value = valueAt(this.#memory.variables.get(name), ...path.filter((key) => key !== undefined));
    return value ?? this.#position.unresolved();
  }

  #named(text: string): PhpValue {
    const name = text.slice(text.lastIndexOf('\\') + 1);
    const lower = name.toLowerCase();
    const cursor = this.#position.cursor;
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
        return this.expression();
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
        return this.#position.scalar(true);
      case 'false':
        return this.#position.scalar(false);
      case 'null':
        return this.#position.scalar(null);
      case '__dir__':
        return this.#position.scalar(parentOf(this.#position.path));
      case '__file__':
        return this.#position.scalar(this.#position.path);
      case 'directory_separator':
      case 'ds':
        return this.#memory.constants.get(name) ?? this.#position.scalar('/');
      case 'php_eol':
        return this.#position.scalar('\n');
      default: {
        const given = this.#surroundings.constants?.get(name);
        return (
          this.#memory.constants.get(name) ??
          (given === undefined ? this.#position.unresolved() : this.#position.scalar(given))
        );
      }
    }
  }

  #classMember(): PhpValue {
    const cursor = this.#position.cursor;
    const token = cursor.next();
    if (token?.kind === 'variable') return this.#reference({ name: 'this', path: [token.text], isKnown: true });
    if (token?.kind !== 'name') return this.#position.unresolved();
    if (cursor.takeSign('(')) return this.#method(token.text);
    return this.#postfix(this.#memory.constants.get(token.text) ?? this.#position.unresolved());
  }

  #call(name: string): PhpValue {
    const at = this.#position.here;
    const args = this.#arguments();
    const [first, second] = args;
    const text = bytesOfValue(first);
    switch (name) {
      case 'define':
        if (text !== undefined && second !== undefined) this.#memory.define(text, second);
        return { kind: 'scalar', value: true, at };
      case 'defined':
        return text !== undefined && this.#memory.constants.has(text)
          ? { kind: 'scalar', value: true, at }
          : this.#position.unresolved();
      case 'constant':
        return text === undefined ? this.#position.unresolved() : this.#constant(text.slice(text.lastIndexOf(':') + 1));
      case 'array_merge':
      case 'array_replace':
      case 'array_replace_recursive':
        return this.#merge(args, at);
      default:
        this.#memory.record(name, args, at);
        return callFunction(name, args, at, this.#surroundings);
    }
  }

  #merge(args: readonly PhpValue[], at: Place): PhpValue {
    const entries = new Map<string, PhpValue>();
    for (const arg of args) {
      if (arg.kind !== 'array') return arg.kind === 'unresolved' ? arg : this.#position.unresolved();
      this.#memory.charge(arg.entries.size);
      for (const [key, value] of arg.entries) entries.set(key, value);
    }
    return { kind: 'array', entries, at };
  }

  /** Behind the opening bracket. */
  #arguments(): PhpValue[] {
    const cursor = this.#position.cursor;
    const args: PhpValue[] = [];
    while (!cursor.isAtEnd && !cursor.takeSign(')')) {
      const begin = cursor.at;
      // A named argument: taken in the order of the text.
      if (cursor.peek()?.kind === 'name' && cursor.isSign(':', 1)) {
        cursor.next();
        cursor.next();
      }
      args.push(this.expression());
      cursor.takeSign(',');
      if (cursor.at === begin) cursor.next();
    }
    return args;
  }

  #new(): PhpValue {
    const cursor = this.#position.cursor;
    const at = this.#position.here;
    const token = cursor.next();
    if (token?.kind !== 'name') return this.#postfix({ kind: 'unresolved', why: { kind: 'expression' }, at });
    const name = token.text.slice(token.text.lastIndexOf('\\') + 1).toLowerCase();
    const args = cursor.takeSign('(') ? this.#arguments() : [];
    this.#memory.record(name, args, at);
    // An anonymous class: its body is no part of the value.
    if (name === 'class') {
      while (!cursor.isAtEnd && !cursor.isSign('{') && !cursor.isSign(';')) cursor.next();
      if (cursor.takeSign('{')) cursor.skipBalanced();
    }
    if (name === 'stdclass') return { kind: 'array', entries: new Map(), at };
    return { kind: 'unresolved', why: { kind: 'expression' }, at };
  }

  #closure(name: string): PhpValue {
    const cursor = this.#position.cursor;
    if (name === 'static') cursor.next();
    while (!cursor.isAtEnd && !cursor.isSign('{') && !cursor.isSign('=>') && !cursor.isSign(';')) {
      if (cursor.takeSign('(')) cursor.skipBalanced();
      else cursor.next();
    }
    if (cursor.takeSign('{')) cursor.skipBalanced();
    else if (cursor.takeSign('=>')) this.#memory.in('dead', () => this.expression());
    return this.#position.unresolved();
  }

  #isset(isNegated: boolean): PhpValue {
    const cursor = this.#position.cursor;
    if (!cursor.takeSign('(')) return this.#position.unresolved();
    const serverKey = cursor.peek(2);
    const isServer = cursor.peek()?.kind === 'variable' && cursor.isSign('[', 1) && cursor.isSign(']', 3);
    const first = cursor.peek();
    if (isServer && first?.kind === 'variable' && first.text === '_SERVER' && serverKey?.kind === 'string') {
      const [key] = serverKey.parts;
      cursor.skipBalanced();
      const isGiven = typeof key === 'string' && (this.#surroundings.server?.has(key) ?? false);
      return this.#position.scalar(isGiven !== isNegated);
    }
    const value = this.#memory.in('dead', () => this.#arguments())[0];
    if (value === undefined || value.kind === 'unresolved') return value ?? this.#position.unresolved();
    if (!isNegated) return this.#position.scalar(value.kind !== 'scalar' || value.value !== null);
    const truth = truthOf(value);
    return truth === undefined ? this.#position.unresolved() : this.#position.scalar(!truth);
  }

  #include(isOnce: boolean): PhpValue {
    const text = bytesOfValue(this.expression());
    if (text === undefined || this.#memory.isDead || !/\.(?:php|inc)$/i.test(text)) return this.#position.unresolved();
    const path = resolvePath(parentOf(this.#position.path), text);
    return this.#includeFile(path, isOnce) ?? this.#position.unresolved();
  }

  /** What may follow a value: an index, a member, a call. */
  #postfix(value: PhpValue): PhpValue {
    const cursor = this.#position.cursor;
    let result = value;
    for (;;) {
      if (cursor.takeSign('[')) {
        const key = cursor.takeSign(']') ? undefined : keyOf(this.closed(']'));
        result = (key === undefined ? undefined : valueAt(result, key)) ?? this.#position.unresolved();
      } else if (cursor.isSign('->') || cursor.isSign('?->') || cursor.isSign('::')) {
        cursor.next();
        const name = this.#memberName();
        if (cursor.takeSign('(')) {
          const at = this.#position.here;
          this.#memory.record((name ?? '').toLowerCase(), this.#arguments(), at);
          result = this.#position.unresolved();
        } else result = (name === undefined ? undefined : valueAt(result, name)) ?? this.#position.unresolved();
      } else if (cursor.takeSign('(')) {
        this.#arguments();
        result = this.#position.unresolved();
      } else return result;
    }
  }
}

function modeOf(runs: boolean | undefined): Mode {
  return runs === undefined ? 'uncertain' : runs ? 'certain' : 'dead';
}

/** Whether `??` takes its right side. */
function isMissing(value: PhpValue): boolean | undefined {
  if (value.kind === 'unresolved') return undefined;
  return value.kind === 'scalar' && value.value === null;
}

/** Casts to text matter for what is printed; others do not change a configuration. */
function cast(type: string, value: PhpValue): PhpValue {
  if (type !== 'string' || value.kind !== 'scalar') return value;
  return { ...value, value: bytesOfValue(value) ?? '' };
}

function numberOf(text: string): number {
  const plain = text.replaceAll('_', '');
  const value = /^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : Number(plain);
  return Number.isNaN(value) ? 0 : value;
}
