// Finds the Node the project brings with it and runs a file under it. Plain JavaScript for Node 20 and later,
// Node's own modules only: this runs before anything is known to be installed.
//
// The machine's own Node may be older than the code needs (Debian 12 has 18, many servers have 20). The right binary
// lies in node_modules as an ordinary pinned package (docs/decisions/0002). When the running Node is new enough it
// imports the file itself, so that there is no second process.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { constants, homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import v8 from 'node:v8';

export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Native type stripping is stable, and free of warnings, from here on. */
const NODE_NEEDED = Object.freeze({ major: 24, minor: 15 });

/** sysexits.h EX_CONFIG: the installation is incomplete, trying again does not help. */
const EXIT_INSTALLATION = 78;

/** Keeps the room for young objects as it is at first. V8 would let it grow to a hundred MiB in a backup that needs a tenth of
 *  that, and is not faster for it. This flag is obeyed by a heap that exists already; its size itself is not. */
const YOUNG_SPACE_FLAG = '--semi-space-growth-factor=1';

const FORWARDED_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** @param {string} version such as `24.15.0` */
export function isNodeNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NODE_NEEDED.major || (major === NODE_NEEDED.major && minor >= NODE_NEEDED.minor);
}

/**
 * The binary of the project's own Node, or undefined when its package is not installed.
 * @param {string} [startFolder] looks for node_modules here and in every folder above, as Node itself does
 */
export function findOwnNode(startFolder = ROOT) {
  const packageName = `node-${process.platform}-${process.arch}`;
  for (let folder = startFolder; ; folder = path.dirname(folder)) {
    const binary = path.join(folder, 'node_modules', packageName, 'bin', 'node');
    if (existsSync(binary)) return binary;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/**
 * Path of a Node that can run the project's TypeScript: the running one when it is new enough, else the project's own.
 * Says what to do and ends the process with exit code 78 when there is neither.
 */
export function requireNode() {
  const binary = isNodeNewEnough(process.versions.node) ? process.execPath : findOwnNode();
  if (binary !== undefined) return binary;
  const needed = `${NODE_NEEDED.major}.${NODE_NEEDED.minor}`;
  process.stderr.write(
    `Lumbung membutuhkan Node ${needed} atau lebih baru; yang berjalan adalah ${process.versions.node}, dan paket\n` +
      `node-${process.platform}-${process.arch} belum terpasang. Jalankan "npm ci --ignore-scripts" (tanpa --omit=optional)\n` +
      `di ${ROOT}, atau pasang Node yang lebih baru.\n\n` +
      `Lumbung needs Node ${needed} or later; this is ${process.versions.node}, and the package\n` +
      `node-${process.platform}-${process.arch} is not installed. Run "npm ci --ignore-scripts" (without --omit=optional)\n` +
      `in ${ROOT}, or install a newer Node.\n`,
  );
  process.exit(EXIT_INSTALLATION);
}

/**
 * Runs `file` with `args`, in this process when its Node is new enough, else in a child with the project's own.
 * The child has this process's standard streams, gets its signals, and lends it its exit code.
 * @param {string} file absolute path of a program: TypeScript with erasable syntax, or JavaScript
 * @param {readonly string[]} args
 */
export async function launch(file, args) {
  const binary = requireNode();
  keepCompiledCode();
  if (binary === process.execPath) {
    v8.setFlagsFromString(YOUNG_SPACE_FLAG);
    process.argv = [process.execPath, file, ...args];
    await import(pathToFileURL(file).href);
    return;
  }
  process.exitCode = await runChild(binary, [YOUNG_SPACE_FLAG, file, ...args]);
}

/**
 * Has Node keep what it compiles, which halves the time until a command begins: stripping the types of some hundred files
 * costs 0.35 s. It lies in the user's own cache folder: what lies in a folder that everybody may write to could be
 * somebody else's code. Worker threads and children learn of it by the variable.
 */
function keepCompiledCode() {
  if ((process.env['NODE_COMPILE_CACHE'] ?? '') !== '' || (process.env['NODE_DISABLE_COMPILE_CACHE'] ?? '') !== '')
    return;
  const base = process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache');
  const folder = path.join(base, 'lumbung', 'compiled');
  process.env['NODE_COMPILE_CACHE'] = folder;
  // Old versions have no such call; then only the child keeps it.
  nodeModule.enableCompileCache?.(folder);
}

/**
 * Runs a program with inherited streams to its end and returns its exit code. Signals sent to this process reach the
 * program; when a signal ends the program, the code is the shell's 128 + number.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function runChild(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', ...options });
    const forwarders = FORWARDED_SIGNALS.map((signal) => {
      const forward = () => {
        // Ctrl-C and a closed terminal reach the whole foreground group: sent on, the child would see them twice, and
        // programs read a second Ctrl-C as "at once, without tidying up".
        if (signal === 'SIGTERM' || !isInForeground()) child.kill(signal);
      };
      process.on(signal, forward);
      return () => process.off(signal, forward);
    });
    const stopForwarding = () => {
      for (const stop of forwarders) stop();
    };
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** Is this process in the foreground group of a terminal, the one that the terminal's own signals go to? */
function isInForeground() {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // The name in parentheses may hold spaces; after it: state, parent, group, session, terminal, foreground group.
    const [, , group, , , foregroundGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foregroundGroup;
  } catch {
    // No /proc (not Linux): a terminal on standard input is the best sign there is.
    return process.stdin.isTTY === true;
  }
}
