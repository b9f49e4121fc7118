export { type ReportPorts, readDailyFacts, reportDay } from './daily-report.service.ts';
export { listReportsOfActivity } from './reports.store.ts';
