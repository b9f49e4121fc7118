import type { Readable, Writable } from 'node:stream';
import type { RepositoryPorts } from '@lumbung/engine';

export interface TextOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
}

/** Everything outside the command line, handed in by `main.ts`: a test hands in its own. */
export interface World {
  readonly ports: RepositoryPorts;
  /** An environment variable; undefined when it is not set or empty. */
  readonly variable: (name: string) => string | undefined;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Aborts on SIGINT and SIGTERM. */
  readonly interrupted: AbortSignal;
  /** Aborts when whoever reads standard output has gone. */
  readonly outputClosed: AbortSignal;
  /** What runs this: shown by `version`. */
  readonly runtime: { readonly node: string; readonly platform: string; readonly arch: string };
}
