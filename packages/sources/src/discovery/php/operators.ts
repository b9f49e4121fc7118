import { bytesOfValue, type PhpValue, type Place } from './value.ts';

/** How tightly operators bind, the tightest last. `?` is the ternary operator. */
export const BINARY_OPERATORS: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['xor', 2],
  ['and', 3],
  ['?', 5],
  ['??', 6],
  ['||', 7],
  ['&&', 8],
  ['|', 9],
  ['^', 10],
  ['&', 11],
  ...['==', '!=', '===', '!==', '<>', '<=>'].map((sign) => [sign, 12] as const),
  ...['<', '<=', '>', '>='].map((sign) => [sign, 13] as const),
  ['.', 14],
  ['<<', 15],
  ['>>', 15],
  ['+', 16],
  ['-', 16],
  ['*', 17],
  ['/', 17],
  ['%', 17],
  ['instanceof', 18],
  ['**', 19],
]);

/** The value of a binary operator whose both sides are read; `unresolved` for those that configuration does not use. */
export function combine(operator: string, left: PhpValue, right: PhpValue, at: Place): PhpValue {
  if (left.kind === 'unresolved') return left;
  if (right.kind === 'unresolved') return right;
  const unknown: PhpValue = { kind: 'unresolved', why: { kind: 'expression' }, at };
  if (left.kind === 'array' && right.kind === 'array' && operator === '+') {
    // Of two equal keys the left one counts.
    return { kind: 'array', entries: new Map([...right.entries, ...left.entries]), at };
  }
  if (left.kind !== 'scalar' || right.kind !== 'scalar') return unknown;
  switch (operator) {
    case '.':
      return { kind: 'scalar', value: `${bytesOfValue(left) ?? ''}${bytesOfValue(right) ?? ''}`, at };
    case '===':
      return { kind: 'scalar', value: left.value === right.value, at };
    case '!==':
      return { kind: 'scalar', value: left.value !== right.value, at };
    case '==':
    case '!=':
    case '<>':
      // Of two types only equal text is the same in every version of PHP.
      if (typeof left.value !== typeof right.value && String(left.value) !== String(right.value)) return unknown;
      return { kind: 'scalar', value: (String(left.value) === String(right.value)) === (operator === '=='), at };
    case '+':
    case '-':
    case '*':
      return arithmetic(operator, left.value, right.value, at) ?? unknown;
    default:
      return unknown;
  }
}

function arithmetic(operator: '+' | '-' | '*', left: unknown, right: unknown, at: Place): PhpValue | undefined {
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  const value = operator === '+' ? left + right : operator === '-' ? left - right : left * right;
  return { kind: 'scalar', value, at };
}
