import { LumbungError } from '@lumbung/stdx';

export const PASSWORD_CHARS_MIN = 12;
export const PASSWORD_CHARS_MAX = 200;
const DIFFERENT_CHARS_MIN = 5;

/** Long ones that many people think of. A list of a million would not be worth its weight: tries are counted. */
const COMMON_PARTS = [
  '1234567890',
  '0987654321',
  'administrator',
  'bismillahirrahmanirrahim',
  'indonesiaraya',
  'iloveyouiloveyou',
  'katasandi',
  'kominfo',
  'lumbung',
  'password',
  'qwertyuiop',
  'rahasia',
  'sayangkamu',
  'selamatpagi',
];

export type PasswordFault = 'too-short' | 'too-long' | 'too-uniform' | 'about-the-account' | 'common';

/** What is wrong with a new password; undefined: nothing. Kinds of characters are not asked for: length is.
 *  @param words of the account: its names and addresses */
export function passwordFault(password: string, words: readonly (string | null)[]): PasswordFault | undefined {
  const text = password.normalize('NFKC');
  const chars = [...text];
  if (chars.length < PASSWORD_CHARS_MIN) return 'too-short';
  if (chars.length > PASSWORD_CHARS_MAX) return 'too-long';
  if (new Set(chars).size < DIFFERENT_CHARS_MIN) return 'too-uniform';
  const plain = plainOf(text);
  if (words.some((word) => isMostOf(plain, plainOf(word?.split('@')[0] ?? '')))) return 'about-the-account';
  if (COMMON_PARTS.some((part) => isMostOf(plain, part))) return 'common';
  return undefined;
}

/** @throws LumbungError PASSWORD_WEAK (operator) */
export function requireGoodPassword(password: string, words: readonly (string | null)[]): void {
  const fault = passwordFault(password, words);
  if (fault === undefined) return;
  throw new LumbungError('PASSWORD_WEAK', {
    kind: 'operator',
    message: `the password is ${fault}`,
    context: { fault, charsMin: PASSWORD_CHARS_MIN },
    hint: `take at least ${PASSWORD_CHARS_MIN} characters, for example four words that do not belong together`,
  });
}

/** Takes away what people add to a word to make it look like a password. */
function plainOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('0', 'o')
    .replaceAll('1', 'i')
    .replaceAll('3', 'e')
    .replaceAll('4', 'a')
    .replaceAll('@', 'a')
    .replaceAll('5', 's')
    .replaceAll('$', 's')
    .replaceAll(/[^\p{L}\d]/gu, '');
}

function isMostOf(plain: string, word: string): boolean {
  const part = plainOf(word);
  return part.length >= 4 && plain.includes(part) && plain.length - part.length < 6;
}
