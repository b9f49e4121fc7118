import { z } from 'zod';
import { integer, optionalText, text, textList } from '../columns.ts';
import { select } from '../session.ts';
import type { PostgresConnection } from '../wire/connection.ts';

const row = z.object({ oid: integer, owner: text, acl: textList, comment: optionalText });

/** A value that rows refer to by its number, and what a dump of definitions does not say of it. */
export type LargeObject = z.output<typeof row>;

export async function listLargeObjects(connection: PostgresConnection, signal: AbortSignal): Promise<LargeObject[]> {
  return await select(
    connection,
    row,
    `SELECT m.oid, pg_catalog.pg_get_userbyid(m.lomowner) AS owner, pg_catalog.to_json(m.lomacl::text[]) AS acl,
       pg_catalog.obj_description(m.oid, 'pg_largeobject') AS comment
     FROM pg_catalog.pg_largeobject_metadata m ORDER BY m.oid`,
    signal,
  );
}
