// What a supervisor and its child say to each other. Parsed on both sides: the child may be of a version that was just
// replaced, and whatever it says came from a process that may be ill.
import { RUN_END_CODES } from '@lumbung/contracts';
import { jobSpecSchema, runEventSchema, runRecordSchema } from '@lumbung/contracts/schemas';
import { z } from 'zod';

const SECRET_CHARS_MAX = 64 * 1024;

/** From the supervisor. */
export const toChildSchema = z.discriminatedUnion('kind', [
  /** Do this. The first message of each run, and the only one with secrets. */
  z.strictObject({
    kind: z.literal('start'),
    spec: jobSpecSchema,
    secrets: z.array(z.strictObject({ name: z.string().max(256), value: z.string().max(SECRET_CHARS_MAX) })),
    world: z.strictObject({
      hostname: z.string(),
      username: z.string(),
      workFolder: z.string(),
      cacheFolder: z.string().exactOptional(),
      programVersion: z.string(),
    }),
    beatMs: z.int().positive(),
    /** How long a clean end may take when the supervisor is gone. */
    graceMs: z.int().nonnegative(),
    /** `stdout`: what a download gives is written there. `keep`: the process stays for more jobs of the same kind. */
    output: z.enum(['none', 'stdout']),
    afterwards: z.enum(['end', 'keep']),
  }),
  /** End the run cleanly. */
  z.strictObject({ kind: z.literal('end'), code: z.enum(RUN_END_CODES) }),
  /** No more runs: a process that was kept ends. */
  z.strictObject({ kind: z.literal('leave') }),
]);

/** From the child. */
export const fromChildSchema = z.discriminatedUnion('kind', [
  /** It lives. `cpuMs` is what all its threads have worked since it was started. */
  z.strictObject({ kind: z.literal('beat'), cpuMs: z.number().nonnegative() }),
  z.strictObject({ kind: z.literal('event'), event: runEventSchema }),
  /** A password that a search found. */
  z.strictObject({ kind: z.literal('found'), name: z.string().max(256), value: z.string().max(SECRET_CHARS_MAX) }),
  /** The last one of a run. */
  z.strictObject({ kind: z.literal('record'), record: runRecordSchema }),
]);

export type ToChild = z.output<typeof toChildSchema>;
export type FromChild = z.output<typeof fromChildSchema>;
export type StartMessage = Extract<ToChild, { readonly kind: 'start' }>;
