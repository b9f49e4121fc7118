/** A fraction from 0 to below 1 for a key, always the same one. */
export type Jitter = (key: string) => number;

/** Spreads what is planned for one minute. Seeded, so that a plan can be told in advance and told again. It hides nothing: a
 *  short hash is enough (FNV-1a, with the last mixing step of MurmurHash3, since ids that differ in one digit would else lie
 *  side by side). */
export function seededJitter(seed: string): Jitter {
  return (key) => {
    let hash = 0x811c9dc5;
    for (const character of `${seed}/${key}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
}
