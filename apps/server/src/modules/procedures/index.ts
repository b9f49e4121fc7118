export { type ProcedureVersion, provideDefaultProcedure, readProcedureInForce } from './procedures.store.ts';
