// Builds the peers that Lumbung is compared with: a current restic beside the one a distribution may bring. Go's module
// proxy is the source, so that no binary is downloaded. The result stays in .peers/ and is used again.
// node scripts/peers.mjs builds; the tests call ensureCurrentRestic().
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../bin/node24.mjs';

const VERSION = '0.19.1';
const BUILD_MINUTES_MAX = 15;

/** A module that does nothing but require the command: `go install path@version` would ask for a list of versions. */
const MODULE_FILES = {
  'go.mod': `module peers\n\ngo 1.25\n\nrequire github.com/restic/restic v${VERSION}\n`,
  'tools.go': '//go:build tools\n\npackage tools\n\nimport _ "github.com/restic/restic/cmd/restic"\n',
};

/**
 * @param {(line: string) => void} say
 * @returns {Promise<{ path: string } | { missing: string }>} where the program is, or why there is none
 */
export async function ensureCurrentRestic(say) {
  const program = path.join(ROOT, '.peers', `restic-${VERSION}`);
  if (existsSync(program)) return { path: program };
  if (!(await succeeds('go', ['version']))) return { missing: 'Go is not installed, so that it cannot be built' };
  say(`building restic ${VERSION} with Go (about a minute, once)`);
  const folder = mkdtempSync(path.join(tmpdir(), 'lumbung-peers-'));
  const unfinished = `${program}.${process.pid}`;
  try {
    for (const [name, text] of Object.entries(MODULE_FILES)) writeFileSync(path.join(folder, name), text);
    mkdirSync(path.dirname(program), { recursive: true });
    const args = ['build', '-mod=mod', '-o', unfinished, 'github.com/restic/restic/cmd/restic'];
    if (!(await succeeds('go', args, folder, say))) return { missing: 'it could not be built' };
    if (!(await succeeds(unfinished, ['version']))) return { missing: 'what was built does not run' };
    renameSync(unfinished, program);
    return { path: program };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(unfinished, { force: true });
  }
}

/**
 * Runs a program to its end; with `say`, tells what it wrote when it fails.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} [cwd]
 * @param {(line: string) => void} [say]
 * @returns {Promise<boolean>}
 */
function succeeds(program, args, cwd, say) {
  return new Promise((resolve) => {
    const env = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '', GOWORK: 'off' };
    const timeout = BUILD_MINUTES_MAX * 60_000;
    const child = spawn(program, args, { cwd, env, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    child.once('error', () => resolve(false));
    child.once('close', (code) => {
      if (code !== 0) say?.(output.trim().split('\n').slice(-5).join('\n'));
      resolve(code === 0);
    });
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const restic = await ensureCurrentRestic((line) => console.log(line));
  console.log('path' in restic ? restic.path : `no restic ${VERSION}: ${restic.missing}`);
  if (!('path' in restic)) process.exitCode = 1;
}
