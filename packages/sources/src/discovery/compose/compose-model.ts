import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const scalars = z.union([z.array(scalar), z.record(z.string(), scalar)]);
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const mount = z.union([
  z.string(),
  z.object({ type: z.string().optional(), source: z.string().optional(), target: z.string().optional() }),
]);
const port = z.union([
  z.string(),
  z.number().transform(String),
  z.object({
    target: z.union([z.number(), z.string()]).optional(),
    published: z.union([z.number(), z.string()]).optional(),
    host_ip: z.string().optional(),
  }),
]);
const envFile = z.union([
  z.string().transform((path) => [path]),
  z.array(z.union([z.string(), z.object({ path: z.string() }).transform(({ path }) => path)])),
]);
const secret = z.union([
  z.string().transform((source) => ({ source, target: source })),
  z
    .object({ source: z.string(), target: z.string().optional() })
    .transform(({ source, target }) => ({ source, target: target ?? source })),
]);

/** What is read of a service; a field that is something else is as if it were not there, so that one odd service does
 *  not hide the others. */
export const serviceSchema = z.object({
  image: text.optional().catch(undefined),
  container_name: text.optional().catch(undefined),
  environment: scalars.optional().catch(undefined),
  env_file: envFile.optional().catch(undefined),
  volumes: z.array(mount).optional().catch(undefined),
  ports: z.array(port).optional().catch(undefined),
  labels: scalars.optional().catch(undefined),
  command: z
    .union([z.string(), z.array(text)])
    .optional()
    .catch(undefined),
  secrets: z.array(secret).optional().catch(undefined),
});
export type ComposeService = z.infer<typeof serviceSchema>;
export type ComposeMount = z.infer<typeof mount>;

export const secretSchema = z.object({
  file: z.string().optional(),
  environment: z.string().optional(),
  external: z.union([z.boolean(), z.object({})]).optional(),
  name: z.string().optional(),
});

/** `KEY=value` lists and maps, as a map; null: the value comes from the environment of Compose itself. */
export function asMap(entries: z.infer<typeof scalars> | undefined): ReadonlyMap<string, string | null> {
  const pairs = Array.isArray(entries)
    ? entries.map((entry) => cutPair(String(entry)))
    : Object.entries(entries ?? {}).map(([name, value]) => [name, value === null ? null : String(value)] as const);
  return new Map(pairs);
}

function cutPair(pair: string): readonly [string, string | null] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, null] : [pair.slice(0, equals), pair.slice(equals + 1)];
}
