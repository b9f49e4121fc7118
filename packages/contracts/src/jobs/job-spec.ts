import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import {
  backupDatabasesSpecSchema,
  backupFilesSpecSchema,
  discoverSpecSchema,
  initRepositorySpecSchema,
  preflightSpecSchema,
  testDestinationSpecSchema,
} from './backup-specs.ts';
import {
  browseSpecSchema,
  catalogueSpecSchema,
  checkSpecSchema,
  copySpecSchema,
  downloadSpecSchema,
  retentionSpecSchema,
  statisticsSpecSchema,
} from './care-specs.ts';
import type { JobKind } from './job-words.ts';
import {
  drillSpecSchema,
  restoreDatabaseSpecSchema,
  restoreFilesSpecSchema,
  restoreTableSpecSchema,
  swapDatabaseSpecSchema,
  verifySpecSchema,
} from './restore-specs.ts';

/** What a run is asked to do: plain data without a secret, so that it may be stored, shown and sent. */
export const jobSpecSchema = z.discriminatedUnion('kind', [
  preflightSpecSchema,
  backupDatabasesSpecSchema,
  backupFilesSpecSchema,
  verifySpecSchema,
  drillSpecSchema,
  restoreFilesSpecSchema,
  restoreDatabaseSpecSchema,
  restoreTableSpecSchema,
  swapDatabaseSpecSchema,
  retentionSpecSchema,
  checkSpecSchema,
  copySpecSchema,
  statisticsSpecSchema,
  catalogueSpecSchema,
  browseSpecSchema,
  downloadSpecSchema,
  discoverSpecSchema,
  initRepositorySpecSchema,
  testDestinationSpecSchema,
]);

export type JobSpec = z.output<typeof jobSpecSchema>;
export type JobSpecOf<Kind extends JobKind> = Extract<JobSpec, { readonly kind: Kind }>;

/** @throws LumbungError JOB_SPEC_INVALID (bug): whoever made it did not keep to its form */
export function parseJobSpec(value: unknown): JobSpec {
  const parsed = jobSpecSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new LumbungError('JOB_SPEC_INVALID', {
    kind: 'bug',
    message: `not a job: ${place}: ${issue?.message ?? ''}`,
    context: { place },
  });
}

/** The names of all secrets that the job will ask for. */
export function secretsOf(spec: JobSpec): string[] {
  const names = new Set<string>();
  collectSecrets(spec, names);
  return [...names].sort();
}

function collectSecrets(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    // A reference is the only object with such a key: schemas are strict.
    if (key === 'secret' && typeof inner === 'string') names.add(inner);
    else collectSecrets(inner, names);
  }
}
