import os from 'node:os';
import process from 'node:process';
import type { JobSpec, RunEvent } from '@lumbung/contracts';
import { parseJobSpec } from '@lumbung/contracts/schemas';
import { Secret } from '@lumbung/runner/jobs';
import { JobLab, type LooseSpec } from '@lumbung/runner/testing';
import { LumbungError } from '@lumbung/stdx';
import { systemClock } from '@lumbung/stdx/node';
import { type RunningRun, type RunOptions, RunSupervisor } from '../run-supervisor.ts';
import type { SupervisorWorld } from '../supervisor-world.ts';

export interface LabStart {
  readonly run: RunningRun;
  readonly events: readonly RunEvent[];
}

/** A lab of jobs whose runs are real processes. */
export class SupervisorLab extends JobLab {
  readonly supervisor: RunSupervisor;

  constructor(more: Partial<SupervisorWorld> = {}) {
    super();
    this.supervisor = new RunSupervisor({
      clock: systemClock,
      hostname: 'lab',
      username: 'tester',
      programVersion: 'lumbung test',
      workFolder: this.workFolder,
      cacheFolder: this.path('cache'),
      environment: { PATH: process.env['PATH'], TMPDIR: os.tmpdir(), RAHASIA: 'do-not-inherit' },
      execPath: process.execPath,
      priority: 'usual',
      ...more,
    });
  }

  spec(spec: LooseSpec): JobSpec {
    return parseJobSpec({ runId: this.nextRunId(), ...spec });
  }

  begin(spec: LooseSpec, options: Partial<RunOptions> = {}): LabStart {
    const events: RunEvent[] = [];
    const run = this.supervisor.start(this.spec(spec), {
      resolveSecret: (name) => {
        const value = this.secrets.get(name);
        if (value !== undefined) return Promise.resolve(new Secret(value));
        return Promise.reject(new LumbungError('SECRET_MISSING', { kind: 'operator', context: { name } }));
      },
      ...options,
      onEvent: (event) => {
        events.push(event);
        options.onEvent?.(event);
      },
    });
    return { run, events };
  }
}

/** Resolves when the event was told. */
export async function untilTold(
  events: readonly RunEvent[],
  isWanted: (event: RunEvent) => boolean,
): Promise<RunEvent> {
  for (;;) {
    const found = events.find(isWanted);
    if (found !== undefined) return found;
    await systemClock.sleep(5);
  }
}
