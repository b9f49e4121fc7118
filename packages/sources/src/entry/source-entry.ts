import type { Readable } from 'node:stream';

/** One file of a dump, pulled by whoever stores it. */
export interface SourceEntry {
  /** Joined with `/`; every component comes from `encodeComponent`, or is a fixed name of the layout. */
  readonly path: string;
  /** Called once. The stream ends only when the content is whole; anything less destroys it with an error. */
  open(): Readable | Promise<Readable>;
}
