import type { CommandContext } from './context.ts';
import type { OptionBag } from './option-bag.ts';
import type { TextKey } from './texts/texts.ts';

/** What commands are for: the headings of the help. */
export const COMMAND_GROUPS = ['start', 'look', 'restore', 'care', 'keys', 'other'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface OptionSpec {
  /** As commander reads it: `-t, --target <folder>`; `...` behind the name: may be repeated. */
  readonly flags: string;
  readonly text: TextKey;
  /** May be given several times; the values become a list. */
  readonly isRepeatable?: boolean;
}

/** Runs a command. Returns the exit code. */
export type CommandRun = (context: CommandContext, args: readonly string[], options: OptionBag) => Promise<number>;

/** A command as the help shows it; its module is loaded when it runs, so that the help and `version` stay quick. */
export interface CommandSpec {
  readonly name: string;
  /** `repair index` is `index` under `repair`. */
  readonly under?: 'repair' | 'key';
  readonly group: CommandGroup;
  readonly summary: TextKey;
  /** `<snapshot>`, `[paths...]`; positional arguments in commander's notation. */
  readonly args?: string;
  readonly options: readonly OptionSpec[];
  /** Lines to copy, without `lumbung`. */
  readonly examples: readonly string[];
  /** Hidden: another name of a command. */
  readonly isAlias?: boolean;
  readonly load: () => Promise<{ readonly run: CommandRun }>;
}
