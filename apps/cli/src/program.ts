import { CommanderError } from 'commander';
import { buildProgram, type CommandCall } from './command-line/build-program.ts';
import { HelpText } from './command-line/help-text.ts';
import { COMMANDS } from './command-list.ts';
import { reportError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { jsonMessage } from './json.ts';
import { pickLanguage } from './language.ts';
import { OptionBag } from './option-bag.ts';
import { Output } from './output.ts';
import { paintFor } from './paint.ts';
import { loadTexts, type Texts } from './texts/texts.ts';
import { VERSION } from './version.ts';
import type { World } from './world.ts';

const VERBOSITY_MAX = 2;
const COLUMNS_DEFAULT = 100;

/** Parses the words, runs the command, tells its error. Returns the exit code; never throws. */
export async function runProgram(words: readonly string[], world: World): Promise<number> {
  const texts = await loadTexts(pickLanguage(languageAsked(words), world.variable));
  let exitCode: number = EXIT.ok;
  const program = buildProgram({
    nodes: COMMANDS,
    globals: GLOBAL_OPTIONS,
    texts,
    help: new HelpText(texts, {
      columns: world.stdout.columns ?? COLUMNS_DEFAULT,
      paint: paintFor(world.stdout, world.variable),
      isShort: words.length === 0,
    }),
    version: VERSION,
    write: (text) => world.stdout.write(text),
    writeError: (text) => world.stderr.write(text),
    onCall: async (call) => {
      exitCode = await runCommand(call, world, texts);
    },
  });
  try {
    if (words.length === 0) program.outputHelp();
    else await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help or the version was asked for, or the command was left out and help shown: all is said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.failed;
    const output = new Output(world, { isJson: words.includes('--json'), verbosity: 0 });
    return reportError(error, { output, texts, interruptions: world });
  }
}

async function runCommand({ spec, args, values, known }: CommandCall, world: World, texts: Texts): Promise<number> {
  const options = new OptionBag(values, known);
  const verbosity = typeof values['verbose'] === 'number' ? Math.min(values['verbose'], VERBOSITY_MAX) : 0;
  const output = new Output(world, {
    isJson: options.flag('json'),
    verbosity: options.flag('quiet') ? -1 : verbosity,
  });
  const signals = spec.stopsWithReader === true ? [world.interrupted, world.outputClosed] : [world.interrupted];
  const onInterrupt = (): void => {
    output.note(texts.t('interrupt.stopping'));
  };
  world.interrupted.addEventListener('abort', onInterrupt);
  try {
    const [{ run }, { CommandContext }] = await Promise.all([spec.load(), import('./context.ts')]);
    const context = new CommandContext({ world, texts, output, options, signal: AbortSignal.any(signals) });
    const exitCode = await run(context, args, options);
    await output.finish();
    if (spec.stopsWithReader === true && world.outputClosed.aborted) return EXIT.outputClosed;
    if (exitCode !== EXIT.ok) output.errorMessage(endOfFailure(exitCode, spec, texts));
    return exitCode;
  } catch (error) {
    await output.flush();
    return reportError(error, { output, texts, interruptions: world });
  } finally {
    world.interrupted.removeEventListener('abort', onInterrupt);
  }
}

/** The last line of a command that told its problems one by one and did not succeed, with --json. */
function endOfFailure(exitCode: number, { exitNotes = [] }: CommandCall['spec'], { t }: Texts): string {
  const text = exitNotes.find(({ code }) => code === exitCode)?.text ?? 'exit.failed';
  return jsonMessage({ message_type: 'exit_error', code: exitCode, message: t(text) });
}

/** `--lang id`: it must be known before the first word is printed, also before the one about a wrong option. */
function languageAsked(words: readonly string[]): string | undefined {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const at = own.findLastIndex((word) => word === '--lang' || word.startsWith('--lang='));
  return own[at]?.startsWith('--lang=') === true ? own[at].slice('--lang='.length) : at < 0 ? undefined : own[at + 1];
}
