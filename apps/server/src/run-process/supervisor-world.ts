import type { Clock } from '@lumbung/stdx';
import type { WatchLimits } from './run-watch.ts';

/** What every run has in common. */
export interface SupervisorWorld {
  readonly clock: Clock;
  readonly hostname: string;
  readonly username: string;
  /** `lumbung 0.1.0`. */
  readonly programVersion: string;
  /** On a disk, private. It exists. */
  readonly workFolder: string;
  readonly cacheFolder: string | undefined;
  /** Of which a run gets some variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly execPath: string;
  readonly priority: 'low' | 'usual';
  /** Another entry than that of runs, for tests. */
  readonly entry?: string;
}

export interface ProcessLimits extends WatchLimits {
  /** Of JavaScript's own memory, each thread of the run. */
  readonly heapBytesMax: number;
  /** How long a run may take to end cleanly once it was told to: locks are given back, programs ended. */
  readonly graceMs: number;
  readonly beatMs: number;
}

const MINUTE_MS = 60_000;

export const PROCESS_LIMITS: ProcessLimits = {
  // Longer than drivers of databases wait, who know whether a server still works.
  stallMs: 60 * MINUTE_MS,
  hardMs: 24 * 60 * MINUTE_MS,
  residentBytesMax: 2 * 2 ** 30,
  heapBytesMax: 2 ** 30,
  graceMs: 90_000,
  beatMs: 2_000,
};
