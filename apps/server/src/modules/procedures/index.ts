export { provideDefaultProcedure, readProcedureInForce } from './procedures.store.ts';
