import { Command, CommanderError } from 'commander';
import { COMMANDS } from './command-list.ts';
import { COMMAND_GROUPS, type CommandSpec, type OptionSpec } from './command-spec.ts';
import { CommandContext, newOutput } from './context.ts';
import { reportError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { OptionBag } from './option-bag.ts';
import { loadTexts, type TextKey, type Texts } from './texts/texts.ts';
import { VERSION } from './version.ts';
import { pickLanguage, type World } from './world.ts';

/** Parses the arguments, runs the command, tells its error. Returns the exit code; never throws. */
export async function runProgram(argv: readonly string[], world: World): Promise<number> {
  const { rest, verbosity, language } = takeCommonFlags(argv);
  const texts = loadTexts(pickLanguage(language, world.variable));
  let exitCode: number = EXIT.ok;
  const program = buildProgram(texts, world, async (spec, args, values) => {
    const bag = new OptionBag(values);
    const output = newOutput(world, bag, verbosity);
    try {
      const { run } = await spec.load();
      exitCode = await run(new CommandContext({ world, texts, output, globals: bag }), args, bag);
    } catch (error) {
      exitCode = reportError(error, { output, texts, signal: world.signal });
    }
  });
  try {
    if (rest.length === 0) program.outputHelp();
    else await program.parseAsync(rest, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    // Help that was asked for by leaving out a command has been shown.
    if (error.code === 'commander.help') return EXIT.failed;
    const output = newOutput(world, new OptionBag({ json: rest.includes('--json') }), verbosity);
    const { message, hint } = usageSentence(error, texts);
    output.warn(`${texts.t('error.prefix')}: ${message}`);
    output.warn(`  ${texts.t('error.hint')}: ${hint}`);
    output.errorMessage(JSON.stringify({ message_type: 'exit_error', code: EXIT.failed, message }));
    return EXIT.failed;
  }
  return exitCode;
}

/** `-v`, `-vv`, `--verbose=2` add up and may stand anywhere; `--lang` must be known before the first word is printed. */
function takeCommonFlags(argv: readonly string[]): { readonly rest: string[]; readonly verbosity: number; readonly language: string | undefined } {
  const rest: string[] = [];
  let verbosity = 0;
  let language: string | undefined;
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') {
      rest.push(...argv.slice(at));
      break;
    }
    const level = /^--verbose(?:=(\d))?$/.exec(word);
    if (level !== null) verbosity = level[1] === undefined ? verbosity + 1 : Number(level[1]);
    else if (/^-v{1,3}$/.test(word)) verbosity += word.length - 1;
    else if (word.startsWith('--lang=')) language = word.slice('--lang='.length);
    else if (word === '--lang') {
      language = argv[at + 1];
      at += 1;
    } else rest.push(word);
  }
  return { rest, verbosity: Math.min(verbosity, 2), language };
}

type RunCommand = (spec: CommandSpec, args: readonly string[], values: Readonly<Record<string, unknown>>) => Promise<void>;

function buildProgram(texts: Texts, world: World, runCommand: RunCommand): Command {
  const { t } = texts;
  const program = new Command('lumbung');
  prepare(program, texts, world);
  program.description(t('program.summary'));
  program.version(`lumbung ${VERSION}`, '-V, --version', t('option.version'));
  program.helpCommand(false);
  addOptions(program, GLOBAL_OPTIONS, t);
  program.addHelpText('after', `\n${t('program.footer')}`);
  const parents = new Map<string, Command>();
  for (const group of COMMAND_GROUPS) {
    for (const spec of COMMANDS.filter((each) => each.group === group)) {
      const parent = spec.under === undefined ? program : parentFor(spec, program, parents, texts, world);
      addCommand(parent, spec, texts, world, runCommand);
    }
  }
  return program;
}

const PARENT_TEXTS: Readonly<Record<NonNullable<CommandSpec['under']>, TextKey>> = {
  repair: 'command.repair',
  key: 'command.key',
};

function parentFor(spec: CommandSpec, program: Command, parents: Map<string, Command>, texts: Texts, world: World): Command {
  const { under } = spec;
  if (under === undefined) return program;
  let parent = parents.get(under);
  if (parent === undefined) {
    parent = program.command(under);
    prepare(parent, texts, world);
    parent.description(texts.t(PARENT_TEXTS[under])).helpGroup(texts.t(`group.${spec.group}`));
    parent.helpCommand(false);
    parents.set(under, parent);
  }
  return parent;
}

function addCommand(parent: Command, spec: CommandSpec, texts: Texts, world: World, runCommand: RunCommand): void {
  const { t } = texts;
  const command = parent.command(spec.name, { hidden: spec.isAlias === true });
  prepare(command, texts, world);
  command.description(t(spec.summary));
  if (parent.parent === null) command.helpGroup(t(`group.${spec.group}`));
  if (spec.args !== undefined) command.arguments(spec.args);
  addOptions(command, spec.options, t);
  command.optionsGroup(t('title.globalOptions'));
  // Global options may stand behind the verb too, as in restic; its own wins where both have a name.
  const own = new Set(spec.options.map(({ flags }) => longName(flags)));
  const ownShort = new Set(spec.options.map(({ flags }) => shortName(flags)));
  for (const option of GLOBAL_OPTIONS) {
    if (own.has(longName(option.flags))) continue;
    const short = shortName(option.flags);
    const flags = short !== undefined && ownShort.has(short) ? option.flags.replace(`${short}, `, '') : option.flags;
    addOptions(command, [{ ...option, flags }], t);
  }
  const path = spec.under === undefined ? spec.name : `${spec.under} ${spec.name}`;
  const examples = spec.examples.map((example) => `  lumbung ${example}`).join('\n');
  if (examples !== '') command.addHelpText('after', `\n${t('title.examples')}\n${examples}`);
  command.action(async (...received: unknown[]) => {
    await runCommand({ ...spec, name: path }, command.args, command.optsWithGlobals());
    void received;
  });
}

function longName(flags: string): string {
  return /--([a-z0-9-]+)/.exec(flags)?.[1] ?? flags;
}

function shortName(flags: string): string | undefined {
  return /^(-[A-Za-z])\b/.exec(flags)?.[1];
}

function addOptions(command: Command, options: readonly OptionSpec[], t: Texts['t']): void {
  for (const { flags, text, isRepeatable } of options) {
    if (isRepeatable === true) {
      command.option(flags, t(text), (value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value]);
    } else command.option(flags, t(text));
  }
}

/** Commander's own words, in the user's language and on the streams we were handed. */
function prepare(command: Command, texts: Texts, world: World): void {
  const { t } = texts;
  const titles: Readonly<Record<string, string>> = {
    'Usage:': t('title.usage'),
    'Arguments:': t('title.arguments'),
    'Options:': t('title.options'),
    'Commands:': t('title.commands'),
  };
  command.exitOverride();
  command.helpOption('-h, --help', t('option.help'));
  command.showHelpAfterError(false);
  command.configureHelp({
    helpWidth: Math.min(world.stdout.columns ?? 100, 110),
    styleTitle: (title) => titles[title] ?? title,
    showGlobalOptions: false,
  });
  command.configureOutput({
    writeOut: (text) => {
      world.stdout.write(text);
    },
    writeErr: () => {
      // Errors are told by us, once, in the user's language.
    },
    getOutHelpWidth: () => Math.min(world.stdout.columns ?? 100, 110),
  });
}

/** What was wrong with the way the command was typed. */
function usageSentence(error: CommanderError, texts: Texts): { readonly message: string; readonly hint: string } {
  const { t } = texts;
  const [, name = ''] = /'([^']*)'/.exec(error.message) ?? [];
  const [, near] = /Did you mean (?:one of )?([^?]+)\?/.exec(error.message) ?? [];
  const hint = near === undefined ? t('usage.seeHelp') : t('usage.didYouMean', { near });
  switch (error.code) {
    case 'commander.unknownOption':
      return { message: t('usage.unknownOption', { name }), hint };
    case 'commander.unknownCommand':
      return { message: t('usage.unknownCommand', { name }), hint };
    case 'commander.missingArgument':
      return { message: t('usage.missingArgument', { name }), hint };
    case 'commander.optionMissingArgument':
      return { message: t('usage.missingValue', { name }), hint };
    case 'commander.excessArguments':
      return { message: t('usage.excessArguments'), hint };
    default:
      return { message: error.message.replace(/^error: /, ''), hint };
  }
}
