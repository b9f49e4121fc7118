import type { Manifest } from '../../manifest/manifest.ts';
import type { PostgresSession } from '../session.ts';
import {
  countObjects,
  type DatabaseFacts,
  type Position,
  readDatabaseFacts,
  readExtensions,
  readPosition,
  readRoles,
  readServerIdentity,
} from './database-facts.ts';
import { type LargeObject, listLargeObjects } from './large-objects.ts';
import { readSequences } from './sequences.ts';
import { readWarnings } from './warnings.ts';

/** What a database is and holds, beside its tables. */
export interface Catalogue {
  readonly server: string;
  readonly position: Position;
  readonly facts: DatabaseFacts;
  readonly inventory: Manifest['inventory'];
  readonly extensions: Manifest['extensions'];
  readonly rolesReferenced: Manifest['rolesReferenced'];
  readonly sequences: Manifest['sequences'];
  readonly largeObjects: readonly LargeObject[];
  readonly warnings: Manifest['warnings'];
}

/** As the session sees it: in one transaction, at one moment. */
export async function readCatalogue({ connection, version }: PostgresSession, signal: AbortSignal): Promise<Catalogue> {
  const position = await readPosition(connection, version, signal);
  return {
    server: await readServerIdentity(connection, signal),
    position,
    facts: await readDatabaseFacts(connection, version, signal),
    inventory: await countObjects(connection, version, signal),
    extensions: await readExtensions(connection, signal),
    rolesReferenced: await readRoles(connection, signal),
    sequences: await readSequences(connection, signal, position),
    largeObjects: await listLargeObjects(connection, signal),
    warnings: await readWarnings(connection, version, signal),
  };
}
