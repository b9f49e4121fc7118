import type { RemarkCatalogue } from '../../remarks.ts';
import { enDumpRemarks } from './dumps.ts';
import { enRestoreRemarks } from './restores.ts';
import { enResultRemarks } from './results.ts';
import { enServerRemarks } from './servers.ts';
import { enSwapRemarks } from './swaps.ts';

/** Every remark, in English. */
export const enRemarks: RemarkCatalogue = {
  ...enServerRemarks,
  ...enRestoreRemarks,
  ...enDumpRemarks,
  ...enSwapRemarks,
  ...enResultRemarks,
};
