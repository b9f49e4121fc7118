import { type ChildProcess, fork } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url));
/** What a run may know of the environment: where programs are, how texts and times are read, where files may go. */
const VARIABLES = ['PATH', 'HOME', 'TZ', 'LANG', 'LC_ALL', 'TMPDIR'] as const;
/** Backups run beside what they protect. */
const NICENESS = '10';

export interface ChildOptions {
  readonly execPath: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of JavaScript's own memory, each thread. */
  readonly heapBytesMax: number;
  readonly output: 'none' | 'stdout';
  /** `low`: it works when others do not, as far as the machine can. */
  readonly priority: 'low' | 'usual';
  /** Where Node keeps what it compiled; without it every run compiles anew. */
  readonly compileCacheFolder?: string | undefined;
  /** For tests. */
  readonly entry?: string | undefined;
}

/** Starts the process of a run, in a group of its own: what a terminal or a service manager does to us reaches it through
 *  us. It waits for its first message. */
export function startChild(options: ChildOptions): ChildProcess {
  const { execPath, environment, heapBytesMax, output, priority, compileCacheFolder, entry = ENTRY } = options;
  const node = [
    execPath,
    `--max-old-space-size=${Math.max(16, Math.floor(heapBytesMax / 2 ** 20))}`,
    '--disable-warning=ExperimentalWarning',
  ];
  const [program = execPath, ...programArgs] = priority === 'low' ? [...lowPriority(), ...node] : node;
  const variables = VARIABLES.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return fork(entry, [], {
    execPath: program,
    execArgv: programArgs,
    env: {
      ...Object.fromEntries(variables),
      ...(compileCacheFolder === undefined ? {} : { NODE_COMPILE_CACHE: compileCacheFolder }),
    },
    stdio: ['ignore', output === 'stdout' ? 'pipe' : 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
    detached: true,
  });
}

/** Programs that only change how the next one is scheduled, and become it. */
function lowPriority(): string[] {
  return [
    ...(isProgram('/usr/bin/nice') ? ['/usr/bin/nice', '-n', NICENESS] : []),
    // The lowest of the usual class: the idle one may wait for ever on a busy disk.
    ...(isProgram('/usr/bin/ionice') ? ['/usr/bin/ionice', '-c', '2', '-n', '7'] : []),
  ];
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
