import { LumbungError } from '@lumbung/stdx';

/** Splits a command as a shell splits words, without running a shell: blanks separate, quotes and backslashes protect.
 *  @throws LumbungError COMMAND_QUOTES_OPEN (operator) */
export function splitWords(command: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < command.length; at += 1) {
    const character = command[at] ?? '';
    if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === quote) quote = undefined;
    else if (character === '\\' && quote !== "'") {
      at += 1;
      word = (word ?? '') + (command[at] ?? '');
    } else word = (word ?? '') + character;
  }
  if (quote !== undefined) {
    throw new LumbungError('COMMAND_QUOTES_OPEN', {
      kind: 'operator',
      message: 'a command has a quote that is not closed',
      hint: 'close every quote',
    });
  }
  if (word !== undefined) words.push(word);
  return words;
}
