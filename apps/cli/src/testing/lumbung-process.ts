import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

const PROGRAM = path.resolve(import.meta.dirname, '../../../../bin/lumbung.mjs');

export interface ProcessOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LumbungProcess {
  readonly child: ChildProcess;
  readonly outcome: Promise<ProcessOutcome>;
}

/** The program as a user starts it, in an environment of its own: nothing of the machine's settings reaches it. */
export class LumbungStarter {
  readonly #folder: string;
  readonly #variables: Readonly<Record<string, string>>;

  /** @param folder its home and working directory */
  constructor(folder: string, variables: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#variables = variables;
  }

  with(variables: Readonly<Record<string, string>>): LumbungStarter {
    return new LumbungStarter(this.#folder, { ...this.#variables, ...variables });
  }

  start(...args: readonly string[]): LumbungProcess {
    return this.#spawn(process.execPath, [PROGRAM, ...args]);
  }

  /** A line for bash, in which `lumbung` is this program. */
  async inShell(line: string): Promise<ProcessOutcome> {
    const define = `lumbung() { '${process.execPath}' '${PROGRAM}' "$@"; }`;
    return await this.#spawn('bash', ['-c', `${define}\n${line}`]).outcome;
  }

  #spawn(program: string, args: readonly string[]): LumbungProcess {
    const child = spawn(program, args, {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.#folder, LANG: 'C', ...this.#variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const pieces: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    child.stdout.on('data', (piece: Buffer) => pieces.stdout.push(piece));
    child.stderr.on('data', (piece: Buffer) => pieces.stderr.push(piece));
    const outcome = new Promise<ProcessOutcome>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => {
        const text = (list: readonly Buffer[]): string => Buffer.concat(list).toString('utf8');
        resolve({ exitCode, stdout: text(pieces.stdout), stderr: text(pieces.stderr) });
      });
    });
    return { child, outcome };
  }

  async run(...args: readonly string[]): Promise<ProcessOutcome> {
    return await this.start(...args).outcome;
  }
}
