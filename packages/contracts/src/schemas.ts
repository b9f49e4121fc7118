// The door with zod: for servers and programs. A browser imports '@lumbung/contracts', which loads no library.
export { holidayCalendarSchema } from './calendar/holiday-schema.ts';
export {
  lineOf,
  localDateField,
  localizedLineField,
  paragraphOf,
  procedureTextField,
  stepIdField,
  timeOfDayField,
  timeZoneField,
} from './fields/fields.ts';
export { procedureSchema, retentionPolicySchema } from './procedure/document.ts';
export { type ParsedProcedure, type ProcedureProblem, parseProcedure } from './procedure/parse.ts';
export { scheduleSchema } from './procedure/schedule.ts';
