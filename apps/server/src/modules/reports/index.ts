export { type ReportPorts, reportDay } from './daily-report.service.ts';
