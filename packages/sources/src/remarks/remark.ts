// What this room has to tell people goes by codes with values. The words, and how numbers are written, are those of whoever
// tells it: a command line, a page, in any language.
import { type ErrorRecord, toErrorRecord } from '@lumbung/stdx';
import { DUMP_REMARKS } from './of-dumps.ts';
import { RESTORE_REMARKS } from './of-restores.ts';
import { RESULT_REMARKS } from './of-results.ts';
import { SERVER_REMARKS } from './of-servers.ts';
import { SWAP_REMARKS } from './of-swaps.ts';
import type { ValuesOf } from './value-kinds.ts';

/** Every code, with the kinds of its values. */
export const REMARKS = {
  ...SERVER_REMARKS,
  ...RESTORE_REMARKS,
  ...DUMP_REMARKS,
  ...SWAP_REMARKS,
  ...RESULT_REMARKS,
} as const;

export type RemarkCode = keyof typeof REMARKS;
export type RemarkParams<Code extends RemarkCode> = ValuesOf<(typeof REMARKS)[Code]>;

/** Something that a person should know. */
export type Remark = {
  readonly [Code in RemarkCode]: { readonly code: Code; readonly params: RemarkParams<Code> };
}[RemarkCode];

/** That something failed. The code is that of the error. */
export interface Failure {
  readonly code: string;
  readonly error: ErrorRecord;
  /** Statements that may help. */
  readonly paste?: string;
}

export type Said = Remark | Failure;

/** The values, of a code that has some. */
export type RemarkArguments<Code extends RemarkCode> = keyof RemarkParams<Code> extends never
  ? readonly []
  : readonly [params: RemarkParams<Code>];

export function remark<Code extends RemarkCode>(code: Code, ...[params]: RemarkArguments<Code>): Remark {
  return { code, params: params ?? {} } as Remark; // the arguments are of one code, and an empty list of one without values
}

export function failure(error: unknown, paste?: string): Failure {
  const record = toErrorRecord(error);
  return { code: record.code, error: record, ...(paste === undefined ? {} : { paste }) };
}

export function isFailure(said: Said): said is Failure {
  return 'error' in said;
}

/** For the message of an error, which is technical. */
export function codesOf(said: readonly { readonly remark: Said }[]): string {
  return said.map(({ remark: each }) => each.code).join(', ');
}
