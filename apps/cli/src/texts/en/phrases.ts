import type { PhraseCatalogue } from '../texts.ts';

/** Where people need other words than the engine's own. */
export const enPhrases: PhraseCatalogue = {
  includes: '--include',
  excludes: '--exclude',
  'xattr includes': '--include-xattr',
  'xattr excludes': '--exclude-xattr',
};
