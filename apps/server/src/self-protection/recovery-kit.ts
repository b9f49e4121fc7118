// What one needs when everything else is gone: where the copies are, and the password that opens them.
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Language } from '@lumbung/contracts';

export interface RecoveryKit {
  readonly address: string;
  readonly password: string;
  readonly language: Language;
}

export const RECOVERY_KIT_FILE = 'recovery-kit.txt';

/** Written beside the state for its owner alone, until somebody has kept it elsewhere: a kit that lies with what it recovers
 *  burns with it. The one before is replaced as a whole or not at all.
 *  @returns its path */
export async function writeRecoveryKit(dataFolder: string, kit: RecoveryKit): Promise<string> {
  const file = path.join(dataFolder, RECOVERY_KIT_FILE);
  const draft = `${file}.new`;
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(kitText(kit));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  return file;
}

function kitText({ address, password, language }: RecoveryKit): string {
  return TEXTS[language](address, password);
}

const TEXTS: Readonly<Record<Language, (address: string, password: string) => string>> = {
  id: (address, password) => `PERANGKAT PEMULIHAN LUMBUNG

Cetak halaman ini, simpan di tempat terkunci yang terpisah dari server ini, lalu hapus berkas ini.
Tanpa kata sandi di bawah, cadangan tidak dapat dibaca oleh siapa pun.

  Repositori  : ${address}
  Kata sandi  : ${password}

Memulihkan dengan restic biasa, di mesin mana pun yang dapat membaca repositori itu:

  restic --repo '${address}' snapshots
  restic --repo '${address}' restore latest --target /pulih

Keadaan Lumbung sendiri (aplikasi, jadwal, akun, jejak audit) ada di cuplikan bertanda app=lumbung,
bersama kunci induk (master.key).
`,
  en: (address, password) => `LUMBUNG RECOVERY KIT

Print this page, keep it locked away from this server, then delete this file.
Without the password below nobody can read the backups.

  Repository  : ${address}
  Password    : ${password}

To restore with stock restic, on any machine that can read the repository:

  restic --repo '${address}' snapshots
  restic --repo '${address}' restore latest --target /restored

Lumbung's own state (applications, schedules, accounts, audit trail) is in the snapshots tagged app=lumbung,
with the master key (master.key).
`,
};
