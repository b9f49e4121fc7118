import { PassThrough, Readable, Writable } from 'node:stream';
import type { Clock } from '@lumbung/stdx';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import type { World } from '../world.ts';

/** A terminal, or a file where it has no columns. */
class TextSink extends Writable {
  text = '';
  readonly columns: number | undefined;

  constructor(columns: number | undefined) {
    super();
    this.columns = columns;
  }

  get isTTY(): boolean {
    return this.columns !== undefined;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

export interface FakeWorld extends World {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

/** A world in which what is said is kept, and nothing is asked. Without a terminal, unless columns are given. */
export function fakeWorld(options: {
  /** Of the working directory and the home. */
  readonly folder: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly columns?: number;
  readonly clock?: Clock;
}): FakeWorld {
  const { folder, variables = {}, stdin = '', columns, clock = systemClock } = options;
  return {
    ports: {
      clock,
      random: systemRandom,
      identity: { hostname: 'web1', username: 'rani', uid: 1000, gid: 1000, pid: 4711 },
      isProcessAlive: () => true,
    },
    variable: (name) => variables[name] || undefined,
    workingDirectory: folder,
    homeDirectory: folder,
    stdin: stdin === '' ? new PassThrough().end() : Readable.from([Buffer.from(stdin)]),
    stdout: new TextSink(columns),
    stderr: new TextSink(columns),
    interrupted: new AbortController().signal,
    outputClosed: new AbortController().signal,
    runtime: { node: '24.0.0', platform: 'linux', arch: 'x64' },
  };
}
