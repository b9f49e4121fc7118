import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * A program that misbehaves, for a folder that is looked into before the real ones.
 *
 * @param script the body of a POSIX shell script; `misbehave` writes the usual ones
 * @returns its file
 */
export async function fakeTool(folder: string, name: string, script: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Scripts around the real program `real`, or none. A tool that is asked for its version answers truly, so that it is
 *  found good before it fails. */
export const misbehave = {
  /** Everything, and then an exit code as if something had been wrong. */
  exitsAfterAll: (real: string, exitCode: number): string => `${asked(real)}\n${quote(real)} "$@"\nexit ${exitCode}`,
  /** The first `bytes` of its output, then an exit code: 0 is the worst of them. */
  truncates: (real: string, bytes: number, exitCode: number): string =>
    `${asked(real)}\n${quote(real)} "$@" 2>/dev/null | head -c ${bytes}\nexit ${exitCode}`,
  /** The first `bytes` of its output, then it is shot. */
  dies: (real: string, bytes: number, signal: 'KILL' | 'TERM' | 'SEGV'): string =>
    `${asked(real)}\n${quote(real)} "$@" 2>/dev/null | head -c ${bytes}\nkill -${signal} $$`,
  /** The first `bytes` of its output, then silence; `exec`, so that whoever ends it ends all of it. */
  hangs: (real: string, bytes: number): string =>
    `${asked(real)}\n${quote(real)} "$@" 2>/dev/null | head -c ${bytes}\nexec sleep 3600`,
  /** Writes down its arguments and its environment, then is the real program. */
  recordsCall: (real: string, logFile: string): string =>
    `{ printf '%s\\n' "$0" "$@"; env; } >> ${quote(logFile)}\nexec ${quote(real)} "$@"`,
  /** Says that it is of another version, and else is the real program. */
  claimsVersion: (real: string, line: string): string =>
    `case " $* " in *" --version "*|*" -V "*) echo ${quote(line)}; exit 0;; esac\nexec ${quote(real)} "$@"`,
  /** Complains and does nothing. */
  refuses: (complaint: string, exitCode: number): string => `echo ${quote(complaint)} >&2\nexit ${exitCode}`,
} as const;

const asked = (real: string): string =>
  `case " $* " in *" --version "*|*" -V "*|*" --help "*) exec ${quote(real)} "$@";; esac`;
