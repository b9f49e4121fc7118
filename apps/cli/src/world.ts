import type { Readable, Writable } from 'node:stream';
import type { RepositoryPorts } from '@lumbung/engine';

export const LANGUAGES = ['en', 'id'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface TextOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Everything outside the command line, handed in by `main.ts`: a test hands in its own. */
export interface World {
  readonly ports: RepositoryPorts;
  /** An environment variable; undefined when it is not set or empty. */
  readonly variable: (name: string) => string | undefined;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** The language of everything people read: what was asked for, then what the environment prefers, then English. */
export function pickLanguage(asked: string | undefined, variable: World['variable']): Language {
  const preferences = [asked, variable('LUMBUNG_LANG'), variable('LC_ALL'), variable('LC_MESSAGES'), variable('LANG')];
  for (const preference of preferences) {
    const code = preference?.slice(0, 2).toLowerCase();
    const language = LANGUAGES.find((each) => each === code);
    if (language !== undefined) return language;
    // The first that is set decides, also for a language that is not spoken here.
    if (preference !== undefined && preference !== '') return 'en';
  }
  return 'en';
}
