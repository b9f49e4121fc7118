import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { addAbortSignal } from 'node:stream';
import { describeError, errnoOf, LumbungError } from '@lumbung/stdx';
import { splitWords } from './split-words.ts';
import type { World } from './world.ts';

/** Where a password comes from, in the order of precedence. */
export interface PasswordSources {
  readonly file?: string | undefined;
  readonly command?: string | undefined;
  /** No password at all was asked for. */
  readonly isNone?: boolean | undefined;
  /** The option that gives it: named where no password was given. */
  readonly option?: string;
  /** Names of the environment variables, own first. */
  readonly variables: {
    readonly text: readonly string[];
    readonly file: readonly string[];
    readonly command: readonly string[];
  };
}

export const REPOSITORY_PASSWORD_VARIABLES = {
  text: ['LUMBUNG_PASSWORD', 'RESTIC_PASSWORD'],
  file: ['LUMBUNG_PASSWORD_FILE', 'RESTIC_PASSWORD_FILE'],
  command: ['LUMBUNG_PASSWORD_COMMAND', 'RESTIC_PASSWORD_COMMAND'],
} as const;

export const SOURCE_PASSWORD_VARIABLES = {
  text: ['LUMBUNG_FROM_PASSWORD', 'RESTIC_FROM_PASSWORD'],
  file: ['LUMBUNG_FROM_PASSWORD_FILE', 'RESTIC_FROM_PASSWORD_FILE'],
  command: ['LUMBUNG_FROM_PASSWORD_COMMAND', 'RESTIC_FROM_PASSWORD_COMMAND'],
} as const;

export const TARGET_PASSWORD_VARIABLES = {
  text: ['LUMBUNG_TO_PASSWORD'],
  file: ['LUMBUNG_TO_PASSWORD_FILE'],
  command: ['LUMBUNG_TO_PASSWORD_COMMAND'],
} as const;

/** What a password file holds: a byte order mark and UTF-16 are decoded, white space around is not part of it. */
export function decodePasswordFile(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes).trim();
}

export interface PasswordPrompt {
  readonly message: string;
  /** Whose password it is. */
  readonly repository?: string | undefined;
  /** A new password is asked for twice. */
  readonly repeat?: string | undefined;
  /** Standard input carries data: no password can be read from it. */
  readonly isStdinTaken?: boolean;
}

/** The password, from an option, the environment, a prompt, or the first line of standard input where that is no terminal.
 *  Never from the command line itself: others can see that.
 *  @throws LumbungError PASSWORD_FILE_UNREADABLE, PASSWORD_COMMAND_FAILED, PASSWORD_NOT_GIVEN, PASSWORD_MISMATCH,
 *  PASSWORD_EMPTY (operator) */
export async function readPassword(world: World, sources: PasswordSources, prompt: PasswordPrompt): Promise<Buffer> {
  if (sources.isNone === true) return Buffer.alloc(0);
  const password = await askFor(world, sources, prompt);
  if (password.length > 0) return password;
  throw new LumbungError('PASSWORD_EMPTY', {
    kind: 'operator',
    message: 'an empty password protects nothing',
    hint: 'give a password, or say --insecure-no-password if that is what you want',
  });
}

async function askFor(world: World, sources: PasswordSources, prompt: PasswordPrompt): Promise<Buffer> {
  const first = (names: readonly string[]): string | undefined =>
    names.map(world.variable).find((value) => value !== undefined);
  const { file = first(sources.variables.file), command = first(sources.variables.command) } = sources;
  if (file !== undefined && (sources.file !== undefined || sources.command === undefined))
    return await fromFile(world, file);
  if (command !== undefined) return await fromCommand(world, command);
  const text = first(sources.variables.text);
  if (text !== undefined) return Buffer.from(text, 'utf8');
  if (world.stdin.isTTY === true && world.stderr.isTTY === true) return await fromTerminal(world, prompt);
  const line = prompt.isStdinTaken === true ? undefined : await firstLineOf(world.stdin, world.interrupted);
  if (line !== undefined && line.length > 0) return line;
  throw new LumbungError('PASSWORD_NOT_GIVEN', {
    kind: 'operator',
    message: 'no password was given, and there is no terminal to ask on',
    context: {
      repository: prompt.repository,
      option: sources.option ?? '--password-file',
      variable: sources.variables.text[0] ?? 'LUMBUNG_PASSWORD',
    },
    hint: 'use --password-file, --password-command or the variable LUMBUNG_PASSWORD',
  });
}

/** Longer lines are no passwords. */
const PASSWORD_BYTES_MAX = 64 * 2 ** 10;

/** What stands before the first line end; undefined: too much, or nothing can be read. */
async function firstLineOf(stream: World['stdin'], signal: AbortSignal): Promise<Buffer | undefined> {
  let line = Buffer.alloc(0);
  for await (const piece of addAbortSignal(signal, stream)) {
    line = Buffer.concat([line, Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece))]);
    const end = line.indexOf(0x0a);
    if (end >= 0) return line.subarray(0, line[end - 1] === 0x0d ? end - 1 : end);
    if (line.length > PASSWORD_BYTES_MAX) return undefined;
  }
  return line;
}

async function fromFile(world: World, file: string): Promise<Buffer> {
  try {
    return Buffer.from(decodePasswordFile(await readFile(path.resolve(world.workingDirectory, file))), 'utf8');
  } catch (cause) {
    throw new LumbungError('PASSWORD_FILE_UNREADABLE', {
      kind: 'operator',
      message: `the password file ${file} cannot be read: ${describeError(cause)}`,
      context: { path: file, errno: errnoOf(cause) },
      hint: 'check its path and who may read it',
      cause,
    });
  }
}

async function fromCommand(world: World, command: string): Promise<Buffer> {
  const [program, ...args] = splitWords(command);
  if (program === undefined) throw passwordCommandFailed({});
  return await new Promise<Buffer>((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: world.workingDirectory,
      stdio: ['inherit', 'pipe', 'inherit'],
      signal: world.interrupted,
    });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.on('error', (cause) => {
      reject(passwordCommandFailed({ errno: errnoOf(cause) }, cause));
    });
    child.on('close', (code, signalName) => {
      if (code === 0) resolve(Buffer.from(decodePasswordFile(Buffer.concat(pieces)), 'utf8'));
      else reject(passwordCommandFailed({ exitCode: code ?? undefined, signalName: signalName ?? undefined }));
    });
  });
}

function passwordCommandFailed(
  how: {
    readonly exitCode?: number | undefined;
    readonly signalName?: string | undefined;
    readonly errno?: string | undefined;
  },
  cause?: unknown,
): LumbungError {
  const { exitCode, signalName, errno } = how;
  return new LumbungError('PASSWORD_COMMAND_FAILED', {
    kind: 'operator',
    message: `the password command failed: ${String(exitCode ?? signalName ?? errno ?? 'it is empty')}`,
    context: { exitCode, signalName, errno },
    hint: 'run the command by hand; it must print the password and end with code 0',
    cause,
  });
}

async function fromTerminal(world: World, prompt: PasswordPrompt): Promise<Buffer> {
  const { isCancel, password: askPassword } = await import('@clack/prompts');
  const ask = async (message: string): Promise<string> => {
    const answer = await askPassword({ message, signal: world.interrupted, output: world.stderr });
    if (isCancel(answer)) throw new LumbungError('CANCELLED', { kind: 'operator', message: 'cancelled' });
    return answer ?? '';
  };
  const answer = await ask(prompt.message);
  if (prompt.repeat !== undefined && (await ask(prompt.repeat)) !== answer) {
    throw new LumbungError('PASSWORD_MISMATCH', {
      kind: 'operator',
      message: 'the two passwords differ',
      hint: 'type the same password twice',
    });
  }
  return Buffer.from(answer, 'utf8');
}
