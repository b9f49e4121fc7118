// Debian packages that tests use when they are there. Installed by root, else told as missing: the tests that need them
// are then skipped, aloud.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Package → a program of it, and what for. */
const WANTED = [
  { name: 'restic', program: 'restic', purpose: 'compatibility with the restic of the distribution' },
  { name: 'attr', program: 'setfattr', purpose: 'extended attributes seen from outside' },
  { name: 'acl', program: 'setfacl', purpose: 'access control lists seen from outside' },
] as const;

export function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false; // Not there, or not ours to run: the next folder.
      }
    });
}

/** Installs what is missing where it may, and says what stays missing. */
export function ensureDebianPackages(say: (line: string) => void): void {
  const missing = WANTED.filter(({ program }) => findProgram(program) === undefined);
  if (missing.length === 0) return;
  const reason = whyNotInstallable();
  if (reason === undefined) {
    say(`installing ${missing.map(({ name }) => name).join(', ')} with apt-get`);
    runAptGet(['update', '-q']);
    runAptGet(['install', '-q', '-y', '--no-install-recommends', ...missing.map(({ name }) => name)]);
  }
  for (const { name, program, purpose } of missing.filter((each) => findProgram(each.program) === undefined)) {
    say(
      `SKIPPED: no ${program} (package ${name}), so not tested: ${purpose}${reason === undefined ? '' : `; ${reason}`}`,
    );
  }
}

function whyNotInstallable(): string | undefined {
  if (findProgram('apt-get') === undefined) return 'there is no apt-get here';
  return process.getuid?.() === 0 ? undefined : 'only root may install it';
}

/** What failed shows in what is still missing. */
function runAptGet(args: readonly string[]): void {
  spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 300_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
