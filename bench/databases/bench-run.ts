// What all measurements of one engine share.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { TestServer } from '@lumbung/sources/testing';
import type { BenchEngine } from './engines.ts';
import { measure, type Sample } from './measure.ts';
import { PASSWORD, type Restic } from './repositories.ts';

export interface BenchOptions {
  readonly runs: number;
  readonly scale: number;
  /** For repositories and dumps; made and removed. */
  readonly folder: string;
  readonly restic: Restic | undefined;
}

export class BenchRun {
  readonly engine: BenchEngine;
  readonly server: TestServer;
  readonly options: BenchOptions;
  /** By what was measured. */
  readonly samples = new Map<string, Sample[]>();

  constructor(engine: BenchEngine, server: TestServer, options: BenchOptions) {
    this.engine = engine;
    this.server = server;
    this.options = options;
  }

  /** A place for something new, with nothing in it. */
  freshPlace(name: string): string {
    const place = path.join(this.options.folder, name);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(path.dirname(place), { recursive: true });
    return place;
  }

  remove(place: string): void {
    rmSync(place, { recursive: true, force: true });
  }

  /** Runs a shell command; where it is named, what it took is remembered under the name. */
  async shell(command: string, name?: string): Promise<Sample> {
    const sample = await measure(['bash', '-o', 'pipefail', '-c', command], {
      cwd: this.options.folder,
      serverPid: this.server.pid,
      env: { ...process.env, RESTIC_PASSWORD: PASSWORD, LUMBUNG_PASSWORD: PASSWORD, TMPDIR: this.options.folder },
    });
    if (name !== undefined) this.samples.set(name, [...(this.samples.get(name) ?? []), sample]);
    return sample;
  }

  /** Writes back what earlier measurements left behind, so that the next does not pay for it. */
  settle(): void {
    execFileSync('sync');
  }
}
