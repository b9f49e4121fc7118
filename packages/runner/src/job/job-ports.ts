import type { Writable } from 'node:stream';
import type { RunEvent } from '@lumbung/contracts';
import type { Identity } from '@lumbung/engine';
import type { Secret } from '@lumbung/sources';
import type { Clock, Random } from '@lumbung/stdx';

/** What a run needs of the world. */
export interface JobPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Who works here: written into locks and snapshots. */
  readonly identity: Identity;
  readonly isProcessAlive: (pid: number) => boolean;
  readonly secrets: SecretPort;
  /** A folder of this machine for what cannot be piped, on a disk. It exists; a run leaves nothing in it. Where runs are root's,
   *  others may pass through it (0711): the servers of drills refuse to be root's. */
  readonly workFolder: string;
  /** Where copies of small repository files are kept between runs; undefined: nowhere. */
  readonly cacheFolder: string | undefined;
  /** Recorded in snapshots: `lumbung 0.1.0`. */
  readonly programVersion: string;
  onEvent(event: RunEvent): void;
  /** Where a download goes. The run writes to it and ends it when, and only when, all of it was written. */
  readonly output?: Writable;
  /** Takes a password that a search found, under the name by which the result refers to it. Without it, passwords are not
   *  told at all. */
  readonly onFoundSecret?: (name: string, value: Secret) => void;
}

export interface SecretPort {
  /** The value of a secret that a job names. @throws LumbungError SECRET_MISSING (operator) or what the store fails with */
  resolve(name: string): Promise<Secret>;
}
