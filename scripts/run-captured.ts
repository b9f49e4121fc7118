import { spawn } from 'node:child_process';

export interface CapturedRun {
  readonly exitCode: number;
  /** Standard output and error, in the order they were written. */
  readonly output: string;
  readonly stdout: string;
}

/** Runs a program to its end. `pipeTo` also shows what it writes, as it writes it. */
export function runCaptured(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly isShown?: boolean },
): Promise<CapturedRun> {
  const { cwd, env, isShown = false } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      output += chunk.toString();
      if (isShown) process.stdout.write(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (isShown) process.stderr.write(chunk);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? 1, output, stdout }));
  });
}
