export { readFact, writeFact } from './facts.store.ts';
export { readHolidayCalendar } from './holidays.store.ts';
export { findOrganisation, type Organisation, provideOrganisation, readOrganisation } from './organisation.store.ts';
