export { careForRepositories, type MaintenancePorts, proveCopies } from './maintenance.service.ts';
