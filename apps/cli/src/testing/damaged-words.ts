import fc from 'fast-check';

type Slip =
  | { readonly kind: 'drop' | 'double' | 'swap'; readonly place: number }
  | { readonly kind: 'retype'; readonly place: number; readonly at: number; readonly typed: string };

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

const slip: fc.Arbitrary<Slip> = fc.oneof(
  fc.record({ kind: fc.constantFrom('drop' as const, 'double' as const, 'swap' as const), place }),
  fc.record({
    kind: fc.constant('retype' as const),
    place,
    at: place,
    typed: fc.oneof(
      fc.constantFrom('', '-', '=', '%', ':', ',', ' ', '0', '9', 'h', '\n', '\0'),
      fc.string({ maxLength: 3 }),
    ),
  }),
);

function make(words: readonly string[], one: Slip): readonly string[] {
  const wordIdx = Math.floor(one.place * words.length);
  const word = words[wordIdx];
  if (word === undefined) return words;
  switch (one.kind) {
    case 'drop':
      return words.toSpliced(wordIdx, 1);
    case 'double':
      return words.toSpliced(wordIdx, 0, word);
    case 'swap':
      return words.toSpliced(wordIdx, 2, words[wordIdx + 1] ?? '', word);
    case 'retype': {
      const at = Math.floor(one.at * word.length);
      return words.with(wordIdx, word.slice(0, at) + one.typed + word.slice(at + 1));
    }
  }
}

/** One of `lines` with one to three slips of whoever typed it. */
export function damagedWords(lines: readonly (readonly string[])[]): fc.Arbitrary<readonly string[]> {
  return fc
    .tuple(fc.constantFrom(...lines), fc.array(slip, { minLength: 1, maxLength: 3 }))
    .map(([line, slips]) => slips.reduce(make, line));
}

/** The same for the value of one option. */
export function damagedWord(words: readonly string[]): fc.Arbitrary<string> {
  return damagedWords(words.map((word) => [word])).map((line) => line.join(' '));
}
