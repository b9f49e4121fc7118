// The third front door: jobs, run once. For a process that was started for one.

export { Secret } from '@lumbung/sources';
export type { JobPorts, SecretPort } from './job/job-ports.ts';
export { LIMIT_DEFAULTS } from './job/job-run.ts';
export { TextMask } from './job/mask-texts.ts';
export { runJob } from './job/run-job.ts';
