import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Manifest } from '../../manifest/manifest.ts';
import { SCHEMA_KINDS } from '../splitter/schema-units.ts';

const OBJECTS_MAX = 1_000_000;
const name = z.string().max(1024);

const detailsSchema = z.object({
  database: z.object({
    charset: z.string().regex(/^\w{1,64}$/),
    collation: z.string().regex(/^\w{1,64}$/),
    comment: name,
  }),
  exactFloats: z.boolean(),
  objects: z
    .array(
      z.object({
        kind: z.enum(SCHEMA_KINDS),
        name,
        table: name.exactOptional(),
        file: z.string(),
        offset: z.int().nonnegative(),
        bytes: z.int().positive(),
      }),
    )
    .max(OBJECTS_MAX),
  tablesWithoutRows: z.array(z.object({ name, engine: name })),
  skippedViews: z.array(name),
});

export type DumpDetails = z.infer<typeof detailsSchema>;

/** @throws LumbungError SOURCE_MANIFEST_INVALID (corruption) */
export function parseDetails(manifest: Manifest): DumpDetails {
  const parsed = detailsSchema.safeParse(manifest.details);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const problem = `details.${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  throw new LumbungError('SOURCE_MANIFEST_INVALID', {
    kind: 'corruption',
    message: `the manifest of the dump is damaged: ${problem}`,
    context: { problem },
  });
}
