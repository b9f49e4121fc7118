import { spawn } from 'node:child_process';
import type { StreamEntry } from '@lumbung/engine';
import { errnoOf, LumbungError } from '@lumbung/stdx';

export interface CommandSource {
  readonly open: StreamEntry['open'];
  /** Waits for the end of the command. @throws LumbungError COMMAND_FAILED (operator): it did not end with code 0 */
  readonly verify: () => Promise<void>;
}

/** The output of a command as a stream, and its end: only a command that ended with code 0 has said everything.
 *  @throws LumbungError COMMAND_MISSING (operator) */
export function commandSource(
  words: readonly string[],
  options: { readonly workingDirectory: string; readonly signal: AbortSignal },
): CommandSource {
  const [program, ...args] = words;
  if (program === undefined) {
    throw new LumbungError('COMMAND_MISSING', {
      kind: 'operator',
      message: 'no command was named',
      hint: 'write it behind --',
    });
  }
  let ended: Promise<void> | undefined;
  return {
    open: () => {
      const { workingDirectory: cwd, signal } = options;
      const child = spawn(program, args, { cwd, signal, stdio: ['ignore', 'pipe', 'inherit'] });
      ended = new Promise<void>((resolve, reject) => {
        child.on('error', (cause) => {
          const failure = commandFailed(program, { errno: errnoOf(cause) }, cause);
          child.stdout.destroy(failure);
          reject(failure);
        });
        child.on('close', (code, signalName) => {
          if (code === 0) resolve();
          else reject(commandFailed(program, signalName === null ? { exitCode: code ?? undefined } : { signalName }));
        });
      });
      // Whoever waits for it hears of the failure; nobody else may crash of it meanwhile.
      ended.catch(() => undefined);
      return child.stdout;
    },
    verify: async () => {
      await ended;
    },
  };
}

function commandFailed(
  program: string,
  how: {
    readonly exitCode?: number | undefined;
    readonly signalName?: string | undefined;
    readonly errno?: string | undefined;
  },
  cause?: unknown,
): LumbungError {
  const { exitCode, signalName, errno } = how;
  return new LumbungError('COMMAND_FAILED', {
    kind: 'operator',
    message: `the command ${program} failed (${String(exitCode ?? signalName ?? errno)}); no snapshot was written`,
    context: { program, exitCode, signalName, errno },
    hint: 'run the command by hand to see what it says',
    cause,
  });
}
