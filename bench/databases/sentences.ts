import { Seeded } from '../corpora.ts';

const SYLLABLES =
  'a an ba be bu da di du ga ha i in ja ka ke ki ku la le li ma me mi na nga ni pa pe per ra ri ru sa se si ta ter ti tu u wa ya'.split(
    ' ',
  );
const WORDS = 4000;

/** Made-up sentences of 40 to 120 letters, a few words often and most of them seldom, without quotes. */
export function sentences(count: number, seedNr: number): readonly string[] {
  const seed = new Seeded(seedNr);
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: seed.between(2, 4) }, () => seed.pick(SYLLABLES)).join(''),
  );
  const word = (): string => words[Math.floor(seed.next() ** 2.5 * WORDS)] ?? 'dan';
  return Array.from({ length: count }, () => {
    const text = Array.from({ length: seed.between(6, 14) }, () =>
      seed.next() < 0.05 ? String(seed.between(1, 2999)) : word(),
    ).join(' ');
    return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
  });
}
