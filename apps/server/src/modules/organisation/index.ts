export { readFact, writeFact } from './facts.store.ts';
export { readHolidayCalendar } from './holidays.store.ts';
export { provideOrganisation, readOrganisation } from './organisation.store.ts';
