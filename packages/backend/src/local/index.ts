export { type LocalBackendOptions, openLocalBackend } from './local-backend.ts';
