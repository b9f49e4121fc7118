export { MemBackend } from './mem-backend.ts';
