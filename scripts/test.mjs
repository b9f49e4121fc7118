// npm test [-- --only=STEP,… --keep-going --list]: everything CI runs. Works with Node 20 and nothing installed: installs
// the locked packages, then runs test-steps.ts under the project's own Node.
import path from 'node:path';
import { launch, ROOT } from '../bin/node24.mjs';
import { ensureInstalled } from './install.mjs';

const npmExitCode = await ensureInstalled({
  withDevelopment: true,
  announce: (reason) => process.stdout.write(`== install: ${reason}\n`),
});
if (npmExitCode === 0) {
  await launch(path.join(ROOT, 'scripts', 'test-steps.ts'), process.argv.slice(2));
} else {
  process.stdout.write('The packages could not be installed: npm says why above.\n\n0 passed, 1 failed\n');
  process.exitCode = npmExitCode;
}
