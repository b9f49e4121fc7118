import { PassThrough, Readable, Writable } from 'node:stream';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import type { World } from '../world.ts';

class TextSink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

export interface FakeWorld extends World {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

/** A world without a terminal: what is said is kept, nothing is asked. */
export function fakeWorld(options: {
  /** Of the working directory and the home. */
  readonly folder: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}): FakeWorld {
  const { folder, variables = {}, stdin = '' } = options;
  return {
    ports: {
      clock: systemClock,
      random: systemRandom,
      identity: { hostname: 'web1', username: 'rani', uid: 1000, gid: 1000, pid: 4711 },
      isProcessAlive: () => true,
    },
    variable: (name) => variables[name] || undefined,
    workingDirectory: folder,
    homeDirectory: folder,
    stdin: stdin === '' ? new PassThrough().end() : Readable.from([Buffer.from(stdin)]),
    stdout: new TextSink(),
    stderr: new TextSink(),
    interrupted: new AbortController().signal,
    outputClosed: new AbortController().signal,
    runtime: { node: '24.0.0', platform: 'linux', arch: 'x64' },
  };
}
