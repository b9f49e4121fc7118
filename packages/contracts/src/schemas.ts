// The door with zod: for servers and programs. A browser imports '@lumbung/contracts', which loads no library.
export * from './access/api.ts';
export { activitySchema } from './activity/activity-schema.ts';
export { holidayCalendarSchema } from './calendar/holiday-schema.ts';
export {
  idField,
  lineOf,
  localDateField,
  localizedLineField,
  paragraphOf,
  procedureTextField,
  stepIdField,
  timeOfDayField,
  timeZoneField,
} from './fields/fields.ts';
export { browseRequestSchema } from './jobs/care-specs.ts';
export { filePathField, secretRefField } from './jobs/job-fields.ts';
export { databaseServerSchema, jobLimitsSchema, repositoryPlaceSchema } from './jobs/job-places.ts';
export { jobResultSchema } from './jobs/job-results.ts';
export { jobSpecSchema, parseJobSpec, secretsOf } from './jobs/job-spec.ts';
export { browsePageSchema, catalogueEntrySchema } from './jobs/look-results.ts';
export { runEventSchema } from './jobs/run-event.ts';
export { parseRunRecord, runRecordSchema } from './jobs/run-record.ts';
export { runCheckSchema, runWarningSchema, storedCopySchema } from './jobs/stored-copy.ts';
export { procedureSchema, retentionPolicySchema } from './procedure/document.ts';
export { type ParsedProcedure, type ProcedureProblem, parseProcedure } from './procedure/parse.ts';
export { scheduleSchema } from './procedure/schedule.ts';
