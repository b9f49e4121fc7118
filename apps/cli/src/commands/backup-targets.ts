import { globSync } from 'node:fs';
import type { CommandContext } from '../context.ts';
import type { OptionBag } from '../option-bag.ts';
import { readUserFile } from '../read-lines.ts';

/** Paths of the command line and of the lists that options name. */
export async function backupTargets(
  context: CommandContext,
  args: readonly string[],
  options: OptionBag,
): Promise<readonly (string | Uint8Array)[]> {
  const targets: (string | Uint8Array)[] = [...args];
  for (const file of options.texts('filesFrom')) {
    const lines = (await readUserFile(context.world, file))
      .toString('utf8')
      .split('\n')
      .map((line) => line.trim());
    for (const line of lines) {
      if (line === '' || line.startsWith('#')) continue;
      const found = globSync(line, { cwd: context.world.workingDirectory });
      // A pattern without a match is kept as it is, so that the backup says what is missing.
      targets.push(...(found.length > 0 ? found : [line]));
    }
  }
  for (const file of options.texts('filesFromVerbatim'))
    targets.push(...splitBytes(await readUserFile(context.world, file), 0x0a));
  for (const file of options.texts('filesFromRaw'))
    targets.push(...splitBytes(await readUserFile(context.world, file), 0x00));
  return targets;
}

/** Names need not be text: they stay bytes. */
function splitBytes(bytes: Buffer, separator: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let begin = 0; begin < bytes.length; ) {
    const found = bytes.indexOf(separator, begin);
    const end = found < 0 ? bytes.length : found;
    if (end > begin) pieces.push(bytes.subarray(begin, end));
    begin = end + 1;
  }
  return pieces;
}
