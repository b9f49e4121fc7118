import type { Clock } from '@lumbung/stdx';
import { runProgram } from '../program.ts';
import { fakeWorld } from './fake-world.ts';
import type { ProcessOutcome } from './lumbung-process.ts';

interface Surroundings {
  /** Home and working directory. */
  readonly folder: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Of a terminal; without it, all goes to files. */
  readonly columns?: number;
  readonly clock?: Clock;
}

/** The program without a process of its own: everything but the start, the signals and the pipes is as users have it, and a
 *  command takes milliseconds instead of a start of Node. */
export class LumbungSession {
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  with(variables: Readonly<Record<string, string>>): LumbungSession {
    return new LumbungSession({
      ...this.#surroundings,
      variables: { ...this.#surroundings.variables, ...variables },
    });
  }

  on(terminal: Pick<Surroundings, 'columns' | 'stdin' | 'clock'>): LumbungSession {
    return new LumbungSession({ ...this.#surroundings, ...terminal });
  }

  async run(...args: readonly string[]): Promise<ProcessOutcome> {
    const world = fakeWorld(this.#surroundings);
    const exitCode = await runProgram(args, world);
    return { exitCode, stdout: world.stdout.text, stderr: world.stderr.text };
  }

  /** The lines of standard output of a run that must succeed, parsed. */
  async json(...args: readonly string[]): Promise<unknown[]> {
    const { exitCode, stdout, stderr } = await this.run(...args, '--json');
    if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  }
}
