import fc from 'fast-check';

/** One thing that goes wrong with bytes. Places are parts of the whole, so that they fit any length. */
type Mutation =
  | { readonly kind: 'flip'; readonly place: number; readonly bit: number }
  | { readonly kind: 'set'; readonly place: number; readonly byte: number }
  | { readonly kind: 'cut'; readonly place: number }
  | { readonly kind: 'repeat' | 'drop'; readonly place: number; readonly length: number }
  | { readonly kind: 'splice'; readonly place: number; readonly from: number; readonly length: number };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const length = fc.integer({ min: 1, max: 100 });

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), place, bit: fc.nat(7) }),
  fc.record({
    kind: fc.constant('set' as const),
    place,
    // Bytes that mean something in JSON do more harm than others.
    byte: fc.oneof(fc.constantFrom(...Buffer.from('"\\[]{},:0-9nu \n')), fc.nat(255)),
  }),
  fc.record({ kind: fc.constant('cut' as const), place }),
  fc.record({ kind: fc.constantFrom('repeat' as const, 'drop' as const), place, length }),
  fc.record({ kind: fc.constant('splice' as const), place, from: place, length }),
);

function mutate(bytes: Buffer, one: Mutation): Buffer {
  const at = Math.floor(one.place * bytes.length);
  const before = bytes.subarray(0, at);
  const rest = bytes.subarray(at);
  switch (one.kind) {
    case 'flip':
    case 'set': {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = one.kind === 'set' ? one.byte : (copy[at] ?? 0) ^ (1 << one.bit);
      return copy;
    }
    case 'cut':
      return before;
    case 'repeat':
      return Buffer.concat([before, rest.subarray(0, one.length), rest]);
    case 'drop':
      return Buffer.concat([before, rest.subarray(one.length)]);
    case 'splice': {
      const from = Math.floor(one.from * bytes.length);
      return Buffer.concat([before, bytes.subarray(from, from + one.length), rest]);
    }
  }
}

/** One of `originals` with one to four things gone wrong. */
export function damaged(originals: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...originals), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([original, mutations]) => mutations.reduce(mutate, original));
}

/** `damaged` for what is typed or read as text. */
export function damagedText(originals: readonly string[]): fc.Arbitrary<string> {
  return damaged(originals.map((text) => Buffer.from(text))).map((bytes) => bytes.toString('utf8'));
}
