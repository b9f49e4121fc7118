import { type Brand, LumbungError } from '@lumbung/stdx';

/** One database or one file set that is backed up in its own way. */
export type AssetId = Brand<string, 'AssetId'>;
/** Files and the databases that belong to them: what people call a system. */
export type ApplicationId = Brand<string, 'ApplicationId'>;
/** One attempt at a job. */
export type RunId = Brand<string, 'RunId'>;
/** An official; what a report prints of the person is a snapshot of that day. */
export type PersonId = Brand<string, 'PersonId'>;
/** Somebody, or something, that may log in. */
export type AccountId = Brand<string, 'AccountId'>;
/** An office whose applications are backed up (perangkat daerah). */
export type AgencyId = Brand<string, 'AgencyId'>;
/** A machine that applications run on. */
export type ServerId = Brand<string, 'ServerId'>;
/** Where snapshots go: a repository and how it is reached. */
export type DestinationId = Brand<string, 'DestinationId'>;
/** One execution of the procedure for one local date. */
export type ActivityId = Brand<string, 'ActivityId'>;
export type ReportId = Brand<string, 'ReportId'>;
/** Work in the queue. */
export type JobId = Brand<string, 'JobId'>;
/** A sealed value: a password, a key, a token. */
export type SecretId = Brand<string, 'SecretId'>;
/** A step of the procedure: `databases`. */
export type StepId = Brand<string, 'StepId'>;
/** A snapshot of a repository: 64 hexadecimal digits. */
export type SnapshotId = Brand<string, 'SnapshotId'>;

/** Letters, digits and `. _ : -`, so that an id stands in a path, a log line or a table without being escaped. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
export const SNAPSHOT_ID_PATTERN = /^[0-9a-f]{64}$/;

/** @throws LumbungError ID_INVALID (operator) */
export const parseAssetId = idParser<AssetId>('asset', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseApplicationId = idParser<ApplicationId>('application', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseRunId = idParser<RunId>('run', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parsePersonId = idParser<PersonId>('person', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseAccountId = idParser<AccountId>('account', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseAgencyId = idParser<AgencyId>('agency', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseServerId = idParser<ServerId>('server', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseDestinationId = idParser<DestinationId>('destination', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseActivityId = idParser<ActivityId>('activity', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseReportId = idParser<ReportId>('report', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseJobId = idParser<JobId>('job', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseSecretId = idParser<SecretId>('secret', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseStepId = idParser<StepId>('step', ID_PATTERN);
/** @throws LumbungError ID_INVALID (operator) */
export const parseSnapshotId = idParser<SnapshotId>('snapshot', SNAPSHOT_ID_PATTERN);

function idParser<Id extends string>(what: string, pattern: RegExp): (text: string) => Id {
  return (text) => {
    // The one place that makes ids: the pattern has just been checked.
    if (pattern.test(text)) return text as Id;
    throw new LumbungError('ID_INVALID', {
      kind: 'operator',
      message: `not the id of a ${what}: ${text.slice(0, 40)}`,
      context: { what, text: text.slice(0, 40) },
      hint: 'copy the id as it is shown, without blanks',
    });
  };
}
