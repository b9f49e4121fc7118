import { parsePatternFile } from '@lumbung/engine';
import type { CommandContext } from '../context.ts';
import type { OptionBag } from '../option-bag.ts';
import { readUserFile } from '../read-lines.ts';

/** Patterns of the `--exclude` and `--include` families. */
export interface Patterns {
  readonly typed: readonly string[];
  readonly typedCaseInsensitive: readonly string[];
  readonly fromFiles: readonly string[];
  readonly fromFilesCaseInsensitive: readonly string[];
}

export async function patternsOf(
  context: CommandContext,
  options: OptionBag,
  family: 'exclude' | 'include',
): Promise<Patterns> {
  const insensitive = family === 'exclude' ? 'iexclude' : 'iinclude';
  return {
    typed: options.texts(family),
    typedCaseInsensitive: options.texts(insensitive),
    fromFiles: await readAll(context, options.texts(`${family}File`)),
    fromFilesCaseInsensitive: await readAll(context, options.texts(`${insensitive}File`)),
  };
}

async function readAll(context: CommandContext, files: readonly string[]): Promise<string[]> {
  const patterns: string[] = [];
  for (const file of files) {
    const text = (await readUserFile(context.world, file)).toString('utf8');
    patterns.push(...parsePatternFile(text, (name) => context.world.variable(name)));
  }
  return patterns;
}

export function choiceOf({ typed, typedCaseInsensitive, fromFiles, fromFilesCaseInsensitive }: Patterns): {
  readonly patterns: readonly string[];
  readonly caseInsensitivePatterns: readonly string[];
} {
  return {
    patterns: [...typed, ...fromFiles],
    caseInsensitivePatterns: [...typedCaseInsensitive, ...fromFilesCaseInsensitive],
  };
}
