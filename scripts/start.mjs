// npm start: from a fresh clone to a first backup that was proved. Works with Node 20 and nothing installed; may be run
// again at any time. Installs the locked packages when they are missing or changed, then runs first-backup.ts under the
// project's own Node.
import path from 'node:path';
import { launch, ROOT } from '../bin/node24.mjs';
import { ensureInstalled } from './install.mjs';
import { pickLanguage } from './language.mjs';

const texts = {
  id: {
    installing: /** @param {string} reason */ (reason) => `Memasang paket-paket (${reason}) …`,
    failed:
      'Pemasangan gagal; pesan npm ada di atas. Periksa sambungan internet dan ruang disk, lalu ulangi "npm start".',
  },
  en: {
    installing: /** @param {string} reason */ (reason) => `Installing packages (${reason}) …`,
    failed: 'The installation failed; npm says why above. Check the network and the disk, then run "npm start" again.',
  },
};
const text = texts[pickLanguage(process.env)];

const npmExitCode = await ensureInstalled({
  withDevelopment: false,
  announce: (reason) => process.stderr.write(`${text.installing(reason)}\n`),
});
if (npmExitCode === 0) {
  await launch(path.join(ROOT, 'scripts', 'first-backup.ts'), process.argv.slice(2));
} else {
  process.stderr.write(`${text.failed}\n`);
  process.exitCode = npmExitCode;
}
