import { assert } from '@lumbung/stdx';
import type { CommandFamily, CommandNode, CommandSpec, OptionSpec } from '../command-spec.ts';
import type { Texts } from '../texts/texts.ts';
import type { HelpText } from './help-text.ts';
import { LumbungCommand } from './lumbung-command.ts';

/** A command as it was called. */
export interface CommandCall {
  readonly spec: CommandSpec;
  readonly args: readonly string[];
  /** What was given, by camel-case name: texts, lists of texts, `true` for switches, a count for `verbose`. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Names of all options that could have been given. */
  readonly known: readonly string[];
}

export interface ProgramParts {
  readonly nodes: readonly CommandNode[];
  readonly globals: readonly OptionSpec[];
  readonly texts: Texts;
  readonly help: HelpText;
  readonly version: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly onCall: (call: CommandCall) => Promise<void>;
}

/** The tree of commands, ready to parse. */
export function buildProgram(parts: ProgramParts): LumbungCommand {
  const program = new LumbungCommand('lumbung');
  prepare(program, parts);
  addOptions(program, parts.globals);
  program.version(`lumbung ${parts.version}`, '-V, --version');
  program.showHelpPage(() => parts.help.program(parts.nodes, parts.globals, parts.version));
  for (const node of parts.nodes) addNode(program, node, parts);
  return program;
}

function prepare(command: LumbungCommand, { write, writeError }: ProgramParts): void {
  command.exitOverride();
  command.enablePositionalOptions();
  command.configureOutput({ writeOut: write, writeErr: writeError });
}

function addNode(parent: LumbungCommand, node: CommandNode, parts: ProgramParts): void {
  const command = parent.createCommand(node.name);
  prepare(command, parts);
  parent.addCommand(command);
  if (node.kind === 'family') addFamily(command, node, parts);
  else addCommand(command, node, parts);
}

function addFamily(command: LumbungCommand, family: CommandFamily, parts: ProgramParts): void {
  command.showHelpPage(() => parts.help.family(command.path, family));
  command.defineLater(() => {
    addOptions(command, parts.globals);
  });
  for (const node of family.members) addNode(command, node, parts);
}

function addCommand(command: LumbungCommand, spec: CommandSpec, parts: ProgramParts): void {
  command.showHelpPage(() => parts.help.command(command.path, spec));
  if (spec.args !== undefined) command.arguments(spec.args);
  command.defineLater(() => {
    addOptions(command, [...spec.options, ...parts.globals]);
  });
  command.action(async () => {
    const { values, known } = givenTo(command);
    await parts.onCall({ spec, args: command.args, values, known });
  });
}

function addOptions(command: LumbungCommand, options: readonly OptionSpec[]): void {
  for (const { flags, isRepeatable = false } of options) {
    const option = command.createOption(flags);
    if (isRepeatable) option.argParser<string[] | undefined>((value, previous) => [...(previous ?? []), value]);
    if (option.attributeName() === VERBOSE)
      option.argParser<number | undefined>((_value, previous) => (previous ?? 0) + 1);
    command.addOption(option);
  }
}

const VERBOSE = 'verbose';

/** What was given to the command and, in front of its name, to those above it. The nearer wins; lists and counts add up. */
function givenTo(command: LumbungCommand): Pick<CommandCall, 'values' | 'known'> {
  const values: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const each of lineage(command)) {
    for (const option of each.options) {
      const key = option.attributeName();
      // commander keeps `--no-lock` as `lock: false`, and says `lock: true` where it was not given.
      const name = option.negate ? `no${key.charAt(0).toUpperCase()}${key.slice(1)}` : key;
      known.add(name);
      if (each.getOptionValueSource(key) !== 'cli') continue;
      const value: unknown = each.getOptionValue(key);
      // `--owner <name>` and `--no-owner` share one value: whichever came last.
      if (option.negate !== (value === false)) continue;
      const before = values[name];
      if (option.negate) values[name] = true;
      else if (isList(value) && isList(before)) values[name] = [...before, ...value];
      else if (typeof value === 'number' && typeof before === 'number') values[name] = before + value;
      else values[name] = value;
    }
  }
  return { values, known: [...known] };
}

function lineage(command: LumbungCommand): LumbungCommand[] {
  const { parent } = command;
  if (parent === null) return [command];
  assert(parent instanceof LumbungCommand, 'a command of another kind in the tree');
  return [...lineage(parent), command];
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
