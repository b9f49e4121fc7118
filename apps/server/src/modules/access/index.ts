// The door of the subject "access".
export { type Access, type AccessPorts, createAccess } from './access.ts';
