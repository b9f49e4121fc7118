// The door of the subject "access".
export { type Access, type AccessPorts, createAccess } from './access.ts';
export type { ApprovedAct } from './approvals.service.ts';
export type { OidcProvider } from './auth.ts';
