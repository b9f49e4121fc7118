/** What npm start says, in both languages. */
export interface FirstBackupTexts {
  readonly title: string;
  repositoryMade(path: string): string;
  repositoryThere(path: string): string;
  passwordMade(path: string): string;
  passwordThere(path: string): string;
  readonly passwordGiven: string;
  backedUp(o: { snapshot: string; files: string; size: string; added: string; seconds: string }): string;
  readonly checked: string;
  compared(o: { files: string; size: string; folders: string }): string;
  changedMeanwhile(count: string): string;
  failed(command: string, exitCode: number): string;
  different(count: string, folder: string): string;
  goOn(o: { settings: readonly string[]; lumbung: string; restic: string }): string;
}

const id: FirstBackupTexts = {
  title: 'Lumbung mencadangkan dirinya sendiri, memeriksanya, dan membuktikan bahwa cadangannya dapat dipulihkan.',
  repositoryMade: (path) => `Repositori baru dibuat: ${path}`,
  repositoryThere: (path) => `Repositori: ${path}`,
  passwordMade: (path) =>
    `Kata sandi acak ditulis ke ${path} (hanya dapat dibaca pemiliknya).\n` +
    '  Simpan salinannya di tempat lain: tanpa kata sandi ini, cadangan tidak dapat dibaca oleh siapa pun.',
  passwordThere: (path) => `Kata sandi: ${path}`,
  passwordGiven: 'Kata sandi: dari LUMBUNG_PASSWORD, LUMBUNG_PASSWORD_FILE, atau LUMBUNG_PASSWORD_COMMAND',
  backedUp: ({ snapshot, files, size, added, seconds }) =>
    `Dicadangkan: cuplikan ${snapshot}, ${files} berkas, ${size}; ${added} baru disimpan, ${seconds} detik`,
  checked: 'Diperiksa: semua data dibaca dan dicocokkan, tidak ada kerusakan',
  compared: ({ files, size, folders }) =>
    `Dipulihkan ke tempat lain dan dibandingkan: ${files} berkas (${size}) sama persis byte demi byte, ${folders} folder, beserta izin, waktu, dan pemiliknya`,
  changedMeanwhile: (count) => `  ${count} berkas berubah selama pencadangan dan tidak dibandingkan.`,
  failed: (command, exitCode) => `Gagal: "${command}" berakhir dengan kode ${exitCode}.`,
  different: (count, folder) =>
    `Gagal: ${count} perbedaan antara sumber dan hasil pemulihan, yang disimpan di ${folder}.`,
  goOn: ({ settings, lumbung, restic }) =>
    `Selanjutnya:
  ${settings.join('\n  ')}
  ${lumbung} backup /var/www                       # cadangkan folder Anda
  ${lumbung} snapshots                             # lihat cuplikan
  ${lumbung} restore latest --target /tmp/pulih    # pulihkan
  ${lumbung} --help                                # semua perintah

Format repositorinya adalah format restic; restic biasa membaca repositori yang sama:
  ${restic} snapshots`,
};

const en: FirstBackupTexts = {
  title: 'Lumbung backs itself up, checks the backup, and proves that it can be restored.',
  repositoryMade: (path) => `New repository: ${path}`,
  repositoryThere: (path) => `Repository: ${path}`,
  passwordMade: (path) =>
    `A random password was written to ${path} (readable by its owner only).\n` +
    '  Keep a copy somewhere else: without this password nobody can read the backups.',
  passwordThere: (path) => `Password: ${path}`,
  passwordGiven: 'Password: from LUMBUNG_PASSWORD, LUMBUNG_PASSWORD_FILE or LUMBUNG_PASSWORD_COMMAND',
  backedUp: ({ snapshot, files, size, added, seconds }) =>
    `Backed up: snapshot ${snapshot}, ${files} files, ${size}; ${added} newly stored, ${seconds} s`,
  checked: 'Checked: all data read and compared, no damage',
  compared: ({ files, size, folders }) =>
    `Restored aside and compared: ${files} files (${size}) equal byte for byte, ${folders} folders, with permissions, times and owners`,
  changedMeanwhile: (count) => `  ${count} files changed during the backup and were not compared.`,
  failed: (command, exitCode) => `Failed: "${command}" ended with code ${exitCode}.`,
  different: (count, folder) =>
    `Failed: ${count} differences between the source and what was restored, kept in ${folder}.`,
  goOn: ({ settings, lumbung, restic }) =>
    `How to go on:
  ${settings.join('\n  ')}
  ${lumbung} backup /var/www                       # back up a folder of yours
  ${lumbung} snapshots                             # see the snapshots
  ${lumbung} restore latest --target /tmp/restored # restore
  ${lumbung} --help                                # every command

The repository is in restic's format; stock restic reads the same one:
  ${restic} snapshots`,
};

export const firstBackupTexts = { id, en };
