import type { Clock, Random } from '@lumbung/stdx';

/** Who this process is: written into keys, locks and snapshots. */
export interface Identity {
  readonly hostname: string;
  readonly username: string;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

/** What a repository needs of the world beside its backend. */
export interface RepositoryPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly identity: Identity;
  /** Whether a process of this machine lives. Without it no lock is taken for stale before it is old. */
  readonly isProcessAlive?: (pid: number) => boolean;
}
