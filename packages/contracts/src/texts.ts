// The door with what people read of errors, in both languages: for the server and the command line.
export type { ErrorText } from './texts/error-text.ts';
export { enServerErrors } from './texts/server-errors-en.ts';
export { idServerErrors } from './texts/server-errors-id.ts';
