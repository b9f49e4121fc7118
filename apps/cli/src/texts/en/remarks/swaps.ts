import type { RemarkTexts } from '../../remarks.ts';

/** What is left to be done by hand when two databases were exchanged. */
export const enSwapRemarks = {
  'old-closed': { message: 'nobody can connect to {{database}} any more; to look into it:' },
  'replication-stays': {
    message: 'publications, subscriptions, replication slots and jobs of pg_cron stay with the old database',
  },
  'pooler-reconnect': { message: 'a pooler such as PgBouncer must be told to connect anew (`RECONNECT`)' },
  'encoding-of-backup': { message: 'encoding and collation are those of the backup: {{encoding}}, {{collation}}' },
  'rights-stay': {
    message: 'rights stay with the name {{database}}; on {{kept}} only those have any who have them everywhere',
  },
  'event-sleeps': { message: 'the event {{event}} sleeps; to wake it:' },
  'old-events-sleep': { message: 'the events of {{database}} do not run any more' },
  'routine-right-lost': { message: 'a right on one routine was lost with it; to give it again:' },
  'routine-rights-unasked': { message: 'whether rights on single routines were lost may not be asked' },
  'emptied-remains': { message: 'the database {{database}} is still there, because something is in it' },
  'old-in-number': {
    message: 'what was live is in the database {{database}} now; when it is not needed any more, in redis-cli:',
  },
  'journals-moved': { message: 'the old database is damaged: its journals were moved along with it, not into it' },
  'owner-to-be-given': { message: 'the database belongs to {{owner}} now; to give it back:' },
} as const satisfies RemarkTexts;
