// Debian packages that tests use when they are there. Installed by root, else told as missing: the tests that need them
// are then skipped, aloud.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface WantedPackage {
  readonly name: string;
  /** One of its programs, that is on PATH for everybody. */
  readonly program: string;
  readonly purpose: string;
  /** What it would start by itself: tests start servers of their own. */
  readonly service?: string;
}

const WANTED: readonly WantedPackage[] = [
  { name: 'restic', program: 'restic', purpose: 'compatibility with the restic of the distribution' },
  { name: 'attr', program: 'setfattr', purpose: 'extended attributes seen from outside' },
  { name: 'acl', program: 'setfacl', purpose: 'access control lists seen from outside' },
  { name: 'openssl', program: 'openssl', purpose: 'TLS of database servers' },
  { name: 'postgresql', program: 'pg_ctlcluster', purpose: 'PostgreSQL', service: 'postgresql' },
  { name: 'mariadb-server', program: 'mariadb-install-db', purpose: 'MariaDB', service: 'mariadb' },
  { name: 'mariadb-client', program: 'mariadb-dump', purpose: 'MariaDB' },
  { name: 'redis-server', program: 'redis-server', purpose: 'Redis', service: 'redis-server' },
  { name: 'redis-tools', program: 'redis-cli', purpose: 'Redis' },
];

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
    installQuietly(missing);
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

/** Without starting a service, now or at the next boot. */
function installQuietly(packages: readonly WantedPackage[]): void {
  const endForbidding = forbidServiceStarts();
  try {
    runAptGet(['update', '-q']);
    runAptGet(['install', '-q', '-y', '--no-install-recommends', ...packages.map(({ name }) => name)]);
  } finally {
    endForbidding();
  }
  const services = packages.flatMap(({ service }) => (service === undefined ? [] : [service]));
  if (services.length > 0 && findProgram('systemctl') !== undefined) {
    spawnSync('systemctl', ['disable', '--quiet', ...services], { stdio: 'ignore', timeout: 60_000 });
  }
}

const POLICY_FILE = '/usr/sbin/policy-rc.d';

/** Debian's packages ask this file before they start anything; 101 is no. @returns what allows it again */
function forbidServiceStarts(): () => void {
  try {
    writeFileSync(POLICY_FILE, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  } catch {
    return () => undefined; // Somebody has a policy already, or this is not a Debian.
  }
  return () => rmSync(POLICY_FILE, { force: true });
}

/** What failed shows in what is still missing. */
function runAptGet(args: readonly string[]): void {
  spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 600_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
