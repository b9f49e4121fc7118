import { LumbungError } from '@lumbung/stdx';
import { Command, type Option } from 'commander';
import { nearestWord } from './nearest-word.ts';
import { type FlagShape, normaliseFlags } from './normalise-flags.ts';

/**
 * A command that reads its words as restic's scripts write them, and whose refusals are errors of ours: with a code, and so in
 * the user's language.
 *
 * The methods below `parseOptions` are the places where commander turns a mistake into an English sentence. They are not part
 * of its typed interface, so nothing but the tests notices when a later version names them otherwise; the version is pinned.
 */
export class LumbungCommand extends Command {
  #define: (() => void) | undefined;
  #helpPage: (() => string) | undefined;

  override createCommand(name?: string): LumbungCommand {
    return new LumbungCommand(name);
  }

  /** Adds options and arguments when this command is the one that was called: there are some forty others. */
  defineLater(define: () => void): void {
    this.#define = define;
  }

  /** Replaces commander's own help. */
  showHelpPage(page: () => string): void {
    this.#helpPage = page;
  }

  override helpInformation(): string {
    return this.#helpPage?.() ?? super.helpInformation();
  }

  override parseOptions(words: string[]): { operands: string[]; unknown: string[] } {
    this.#define?.();
    this.#define = undefined;
    const isSubcommand = (word: string): boolean => this.commands.some((command) => command.name() === word);
    const normalised = normaliseFlags(words, this.options.map(shapeOf), isSubcommand);
    if (normalised.status === 'bad-value') {
      const { flag, value } = normalised;
      throw new LumbungError('USAGE_SWITCH_VALUE', {
        kind: 'operator',
        message: `${flag} is a switch and does not take ${JSON.stringify(value)}`,
        context: { flag, value },
        hint: 'leave the value out, or write =true or =false',
      });
    }
    return super.parseOptions(normalised.words);
  }

  /** The words that led here: `lumbung key add`. */
  get path(): string {
    const parent = this.parent;
    return parent instanceof LumbungCommand ? `${parent.path} ${this.name()}` : this.name();
  }

  unknownOption(flag: string): never {
    const [name = flag] = flag.split('=', 1);
    const known = this.options.flatMap(({ long, hidden }) => (long === undefined || hidden ? [] : [long]));
    const near = name.startsWith('--') ? nearestWord(name, known) : undefined;
    throw new LumbungError('USAGE_OPTION_UNKNOWN', {
      kind: 'operator',
      message: `there is no option ${name}`,
      context: { option: name, near, command: this.path },
      hint: near === undefined ? `see \`${this.path} --help\`` : `did you mean ${near}?`,
    });
  }

  unknownCommand(): never {
    const [word = ''] = this.args;
    const near = nearestWord(
      word,
      this.createHelp()
        .visibleCommands(this)
        .map((command) => command.name()),
    );
    throw new LumbungError('USAGE_COMMAND_UNKNOWN', {
      kind: 'operator',
      message: `there is no command ${word}`,
      context: { name: word, near, command: this.path },
      hint: near === undefined ? `see \`${this.path} --help\`` : `did you mean ${near}?`,
    });
  }

  missingArgument(name: string): never {
    throw new LumbungError('USAGE_ARGUMENT_MISSING', {
      kind: 'operator',
      message: `<${name}> is missing`,
      context: { name, command: this.path },
      hint: `see \`${this.path} --help\``,
    });
  }

  optionMissingArgument(option: Option): never {
    const name = option.long ?? option.flags;
    throw new LumbungError('USAGE_VALUE_MISSING', {
      kind: 'operator',
      message: `${name} needs a value`,
      context: { option: name, command: this.path },
      hint: `see \`${this.path} --help\``,
    });
  }

  _excessArguments(received: readonly string[]): void {
    const expected = this.registeredArguments.length;
    throw new LumbungError('USAGE_ARGUMENTS_TOO_MANY', {
      kind: 'operator',
      message: `${this.path} does not know what to do with ${received.slice(expected).join(' ')}`,
      context: { words: received.slice(expected).join(' ').slice(0, 200), command: this.path },
      hint: `see \`${this.path} --help\``,
    });
  }
}

function shapeOf(option: Option): FlagShape {
  return {
    short: option.short,
    long: option.long,
    takesValue: option.required || option.optional,
    counts: option.attributeName() === 'verbose',
  };
}
