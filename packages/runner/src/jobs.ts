// The third front door: jobs, run once. For a process that was started for one.

export { MaskedTail, maskSecrets, Secret } from '@lumbung/sources';
export type { JobPorts, SecretPort } from './job/job-ports.ts';
export { LIMIT_DEFAULTS } from './job/job-run.ts';
export type { RunEnd } from './job/run-book.ts';
export { endedBy, failedBy, runEndError } from './job/run-end.ts';
export { runJob } from './job/run-job.ts';
