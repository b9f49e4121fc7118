// The side effect gives zod's schemas `openapi()`.
import '@hono/zod-openapi';
import type { z } from 'zod';

const namedAlready = new WeakMap<z.ZodType, z.ZodType>();

/** `schema` as a component of the OpenAPI document, `#/components/schemas/<name>`. The same schema stays the same. */
export function named<Schema extends z.ZodType>(name: string, schema: Schema): Schema {
  const before = namedAlready.get(schema);
  if (before !== undefined) return before as Schema; // what was made of this very schema
  const made = schema.openapi(name);
  namedAlready.set(schema, made);
  return made;
}
