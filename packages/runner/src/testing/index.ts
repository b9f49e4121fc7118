export { asNobody } from '../job/testing/as-nobody.ts';
export { JobLab, LAB_IDENTITY, LAB_PASSWORD, type LabRun, type LooseSpec } from '../job/testing/job-lab.ts';
