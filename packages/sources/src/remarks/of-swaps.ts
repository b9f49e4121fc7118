import type { RemarkSpecs } from './value-kinds.ts';

/** What is left to be done by hand when two databases were exchanged. */
export const SWAP_REMARKS = {
  'old-closed': { database: 'name', paste: 'paste' },
  'replication-stays': {},
  'pooler-reconnect': {},
  'encoding-of-backup': { encoding: 'name', collation: 'name' },
  'rights-stay': { database: 'name', kept: 'name' },
  'event-sleeps': { event: 'name', paste: 'paste' },
  'old-events-sleep': { database: 'name' },
  'routine-right-lost': { paste: 'paste' },
  'routine-rights-unasked': {},
  'emptied-remains': { database: 'name' },
  'old-in-number': { database: 'name', paste: 'paste' },
  'journals-moved': {},
  'owner-to-be-given': { owner: 'name', paste: 'paste' },
} as const satisfies RemarkSpecs;
