/** What a person may and must do, whatever their position is called: `operator` carries out (Staf IT), `recipient`
 *  acknowledges (Kasi), `overseer` watches and approves (Kabid), `leader` is told (Kepala Dinas), `auditor` reads, `owner`
 *  answers for the applications of one agency, `admin` keeps Lumbung running. */
export const ROLES = ['admin', 'operator', 'recipient', 'overseer', 'leader', 'auditor', 'owner'] as const;
export type Role = (typeof ROLES)[number];
