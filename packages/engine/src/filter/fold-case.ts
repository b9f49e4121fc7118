import { type ByteString, byteStringOfText, textOf } from '@lumbung/stdx';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are ASCII too
const ASCII = /^[\x00-\x7f]*$/;

/** The one character that JavaScript makes two of. */
const CAPITAL_I_WITH_DOT = '\u0130';

/** Lower case as Go's strings.ToLower makes it: each character by itself, so a sigma never becomes a final one. Bytes
 *  that are not UTF-8 become U+FFFD. */
export function foldCase(bytes: ByteString): ByteString {
  // Of ASCII, lower case is ASCII.
  if (ASCII.test(bytes)) return bytes.toLowerCase() as ByteString;
  const characters = Array.from(textOf(bytes), (character) =>
    character === CAPITAL_I_WITH_DOT ? 'i' : character.toLowerCase(),
  );
  return byteStringOfText(characters.join(''));
}
