import { filePathField } from '@lumbung/contracts/schemas';
import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';

const nameField = z.string().min(1).max(255);
const patternField = z.string().min(1).max(4096);

/** How a database is read. Its password is a secret of its own. */
const databaseDefinitionSchema = z
  .strictObject({
    kind: z.literal('database'),
    server: z
      .strictObject({
        /** As `lumbung db` takes it, without a password. */
        url: z.string().min(1).max(8192),
        /** By which the dumps of one server belong together, whatever its address is today. */
        name: nameField,
        toolsFolder: z.string().startsWith('/').max(4096).exactOptional(),
      })
      .readonly(),
    /** `server`: roles, users and settings, what belongs to none of its databases. */
    content: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('database'), database: nameField }).readonly(),
      z.strictObject({ kind: z.literal('server') }).readonly(),
    ]),
    /** Tables whose rows are left out: `schema.table`, or `table`. */
    excludeData: z.array(nameField).max(10_000).readonly().default([]),
    /** Broken views that a person agreed to leave out. */
    skipViews: z.array(nameField).max(10_000).readonly().default([]),
    untransactional: z.enum(['refuse', 'lock', 'accept']).default('refuse'),
  })
  .readonly();

const filesDefinitionSchema = z
  .strictObject({
    kind: z.literal('files'),
    paths: z.array(filePathField).min(1).max(1000).readonly(),
    excludes: z.array(patternField).max(10_000).readonly().default([]),
    templateExcludes: z
      .array(z.strictObject({ pattern: patternField, reason: z.string().min(1).max(64) }).readonly())
      .max(10_000)
      .readonly()
      .default([]),
    /** Without these it is no backup of this application. */
    required: z.array(filePathField).max(1000).readonly().default([]),
    otherFileSystems: z.enum(['stay', 'cross']).default('stay'),
    taggedCaches: z.enum(['keep', 'leave-out']).default('leave-out'),
    largerThanBytes: z.int().nonnegative().exactOptional(),
  })
  .readonly();

export const assetDefinitionSchema = z.discriminatedUnion('kind', [databaseDefinitionSchema, filesDefinitionSchema]);
export type AssetDefinition = z.output<typeof assetDefinitionSchema>;

/** The definition column of an asset. @throws LumbungError ASSET_DEFINITION_INVALID (corruption) */
export function parseAssetDefinition(assetId: string, text: string): AssetDefinition {
  const parsed = assetDefinitionSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new LumbungError('ASSET_DEFINITION_INVALID', {
    kind: 'corruption',
    message: `what is stored of asset ${assetId} cannot be understood: ${place}`,
    context: { assetId, place },
    hint: 'a newer version may have written it; save the asset again',
  });
}
