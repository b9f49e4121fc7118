// Installs the locked packages when they are not there yet, or no longer the locked ones. Plain JavaScript for Node 20,
// Node's own modules only.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, runChild } from '../bin/node24.mjs';

/** @typedef {{ version?: string, integrity?: string, link?: boolean, dev?: boolean, optional?: boolean, devOptional?: boolean }} LockEntry */

/**
 * The entries of a lockfile that come from a registry, by their path.
 * @param {string} file
 * @returns {Map<string, LockEntry>}
 */
function readLock(file) {
  const lock = /** @type {{ packages?: Record<string, LockEntry> }} */ (JSON.parse(readFileSync(file, 'utf8')));
  return new Map(
    Object.entries(lock.packages ?? {}).filter(
      ([where, entry]) => where.includes('node_modules/') && entry.link !== true,
    ),
  );
}

/**
 * Why the installed packages are not those of the lockfile, or undefined when they are. npm writes
 * `node_modules/.package-lock.json` last, so that it also tells of an installation that was cut short.
 * @param {{ root?: string, withDevelopment: boolean }} options
 */
export function whyInstall({ root = ROOT, withDevelopment }) {
  const installedLockFile = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLockFile)) return 'node_modules is missing';
  const wanted = readLock(path.join(root, 'package-lock.json'));
  const installed = readLock(installedLockFile);
  const ownNode = `node_modules/node-${process.platform}-${process.arch}`;
  for (const [where, entry] of wanted) {
    const found = installed.get(where);
    if (found === undefined) {
      // Binaries for other machines are in the lockfile and are rightly not installed.
      const mayBeAbsent = (entry.optional === true || entry.devOptional === true) && where !== ownNode;
      const isLeftOut = entry.dev === true && !withDevelopment;
      if (!mayBeAbsent && !isLeftOut) return `${where} is missing`;
    } else if (found.version !== entry.version || found.integrity !== entry.integrity) {
      return `${where} is not the locked version`;
    }
  }
  return undefined;
}

/**
 * @param {{ withDevelopment: boolean, announce: (reason: string) => void }} options
 * @returns {Promise<number>} npm's exit code; 0 when nothing was to do
 */
export async function ensureInstalled({ withDevelopment, announce }) {
  const reason = whyInstall({ withDevelopment });
  if (reason === undefined) return 0;
  announce(reason);
  // Errors only: npm, run by the machine's Node, would warn of every package that needs the one we bring.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--include=optional', '--loglevel=error'];
  if (withDevelopment) args.push('--include=dev');
  // Inside `npm start` and `npm test` npm names the very program that runs them; elsewhere it is the one on PATH.
  const ownNpm = process.env['npm_execpath'];
  return ownNpm === undefined || !ownNpm.endsWith('.js')
    ? runChild('npm', args, { cwd: ROOT })
    : runChild(process.execPath, [ownNpm, ...args], { cwd: ROOT });
}
