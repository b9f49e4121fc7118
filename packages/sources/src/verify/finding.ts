import type { Said } from '../remarks/remark.ts';

export const FINDING_CODES = [
  'file-missing',
  'file-unexpected',
  'file-size-differs',
  'file-digest-differs',
  'file-unreadable',
  'rows-differ',
  'rowsum-differs',
  'manifest-invalid',
  'inventory-differs',
  'content-invalid',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** What is wrong with a stored tree, or with a restored database. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'error' | 'warning';
  /** `schema.table`, as people write it. */
  readonly table?: string;
  /** The file of the tree. */
  readonly path?: string;
  /** What it is, with its values. */
  readonly remark: Said;
}
