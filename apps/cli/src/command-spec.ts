import type { CommandContext } from './context.ts';
import type { OptionBag } from './option-bag.ts';
import type { TextKey } from './texts/texts.ts';

/** What commands are for: the headings of the help. */
export const COMMAND_GROUPS = ['start', 'look', 'restore', 'care', 'keys', 'other'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface OptionSpec {
  /** As commander reads it: `-t, --target <folder>`. The word in brackets is translated: `value.folder`. */
  readonly flags: string;
  readonly text: TextKey;
  /** May be given several times; the values become a list. */
  readonly isRepeatable?: boolean;
  /** Accepted, but not shown. */
  readonly isHidden?: boolean;
}

/** Runs a command. Returns the exit code. */
export type CommandRun = (context: CommandContext, args: readonly string[], options: OptionBag) => Promise<number>;

/** What an exit code means for a command, where it says more than success or failure. */
export interface ExitNote {
  readonly code: number;
  readonly text: TextKey;
}

/** A command as the help shows it; its module is loaded when it runs, so that help and completion stay quick. */
export interface CommandSpec {
  readonly kind: 'command';
  readonly name: string;
  readonly group: CommandGroup;
  readonly summary: TextKey;
  /** More than one sentence can say. */
  readonly about?: TextKey;
  /** `<snapshot>`, `[paths...]`: positional arguments in commander's notation. The words are translated: `value.snapshot`. */
  readonly args?: string;
  readonly options: readonly OptionSpec[];
  /** Lines to copy, without `lumbung`. */
  readonly examples: readonly string[];
  readonly exitNotes?: readonly ExitNote[];
  /** It opens a repository: the codes for a missing, locked or foreign one belong to it. */
  readonly usesRepository: boolean;
  /** All it does is answer: when nobody reads its output any more, it stops. */
  readonly stopsWithReader?: boolean;
  readonly load: () => Promise<{ readonly run: CommandRun }>;
}

/** A word that has commands under it: `repair index`. */
export interface CommandFamily {
  readonly kind: 'family';
  readonly name: string;
  readonly group: CommandGroup;
  readonly summary: TextKey;
  readonly members: readonly CommandNode[];
}

export type CommandNode = CommandSpec | CommandFamily;
