import type { RemarkCatalogue } from '../../remarks.ts';
import { idDumpRemarks } from './dumps.ts';
import { idRestoreRemarks } from './restores.ts';
import { idResultRemarks } from './results.ts';
import { idServerRemarks } from './servers.ts';
import { idSwapRemarks } from './swaps.ts';

/** Semua keterangan, dalam bahasa Indonesia. */
export const idRemarks: RemarkCatalogue = {
  ...idServerRemarks,
  ...idRestoreRemarks,
  ...idDumpRemarks,
  ...idSwapRemarks,
  ...idResultRemarks,
};
