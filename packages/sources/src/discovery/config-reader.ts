import type { ByteString } from '@lumbung/stdx';
import type { z } from 'zod';
import { decodeText } from './database-draft.ts';
import { type EnvDialect, parseEnvFile } from './env/env-file.ts';
import { Environment } from './environment.ts';
import { joinPath } from './paths.ts';
import type { PhpSurroundings } from './php/call-function.ts';
import { type PhpReading, readPhp } from './php/read-php.ts';
import { type PhpToken, tokenizePhp } from './php/tokenize.ts';
import type { ProjectFiles } from './project-files.ts';
import type { DiscoveryWarning, DiscoveryWarningCode } from './warning.ts';

const PHP_BYTES_MAX = 2 ** 20;
const ENV_BYTES_MAX = 256 * 1024;
const JSON_BYTES_MAX = 2 ** 20;
/** How often a file is read again because it includes one that was not loaded. */
const INCLUDE_ROUNDS_MAX = 4;
const INCLUDES_MAX = 20;

/** Reads configuration files of one application, and keeps what a person should know about them. */
export class ConfigReader {
  readonly warnings: DiscoveryWarning[] = [];
  readonly files: ProjectFiles;

  constructor(files: ProjectFiles) {
    this.files = files;
  }

  warn(code: DiscoveryWarningCode, warning: Omit<DiscoveryWarning, 'code'> = {}): void {
    this.warnings.push({ code, ...warning });
  }

  /** Undefined: not there or not readable. */
  async text(path: ByteString, bytesMax: number): Promise<ByteString | undefined> {
    const read = await this.files.read(path, bytesMax);
    if (read === undefined) return undefined;
    if (!read.isWhole) this.warn('CONFIG_TOO_LARGE', { path });
    return read.text;
  }

  async env(
    path: ByteString,
    dialect: EnvDialect,
    parse: typeof parseEnvFile = parseEnvFile,
  ): Promise<Environment | undefined> {
    const text = await this.text(path, ENV_BYTES_MAX);
    if (text === undefined) return undefined;
    const file = parse(text, dialect);
    for (const name of file.duplicates) this.warn('ENV_DUPLICATE', { path, detail: name });
    const [line] = file.malformedLines;
    if (line !== undefined) this.warn('ENV_MALFORMED', { path, line });
    return new Environment([{ path, file }]);
  }

  async json<T>(path: ByteString, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await this.text(path, JSON_BYTES_MAX);
    if (text === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(decodeText(text).text.replace(/^\ufeff/, '')));
    } catch {
      // Whatever is wrong with it: it says nothing about the application.
      this.warn('CONFIG_INVALID', { path });
      return undefined;
    }
  }

  /** A PHP file with what it includes. Undefined: not there or not readable. */
  async php(path: ByteString, surroundings: PhpSurroundings): Promise<PhpReading | undefined> {
    const text = await this.text(path, PHP_BYTES_MAX);
    return text === undefined ? undefined : this.phpText(path, text, surroundings);
  }

  async phpText(path: ByteString, text: ByteString, surroundings: PhpSurroundings): Promise<PhpReading> {
    const loaded = new Map<ByteString, readonly PhpToken[]>([[path, tokenizePhp(text)]]);
    const tried = new Set<ByteString>();
    for (let round = 0; ; round += 1) {
      const reading = readPhp(path, { tokens: (file) => loaded.get(file) }, surroundings);
      const missing = reading.missing.filter((file) => !tried.has(file) && this.files.isInside(file));
      if (missing.length === 0 || round >= INCLUDE_ROUNDS_MAX || tried.size > INCLUDES_MAX) {
        this.#report(path, reading);
        return reading;
      }
      for (const file of missing.slice(0, INCLUDES_MAX)) {
        tried.add(file);
        const included = await this.text(file, PHP_BYTES_MAX);
        if (included !== undefined) loaded.set(file, tokenizePhp(included));
      }
    }
  }

  #report(path: ByteString, { conflicts, isWhole }: PhpReading): void {
    if (!isWhole) this.warn('CONFIG_INVALID', { path });
    for (const { name, at } of conflicts.filter((conflict) => DATABASE_WORDS.test(conflict.name)).slice(0, 3)) {
      this.warn('VALUE_CONDITIONAL', { path: at.path, line: at.line, detail: name });
    }
  }
}

/** Conditions on other settings do not matter here. */
const DATABASE_WORDS = /db|database|host|user|pass|name|server|port|dsn|prefix/i;

/** Files of one folder, the first counting most, and what a container is given that has the folder; undefined: there is
 *  nothing of it. */
export async function readEnvironmentFiles(
  reader: ConfigReader,
  folder: ByteString,
  names: readonly string[],
  dialect: EnvDialect,
): Promise<Environment | undefined> {
  // What a container is given counts before what a file in it says.
  const files = [...(reader.files.containerEnvironment(folder)?.files ?? [])];
  for (const name of names) {
    if (!(await reader.files.hasFile(folder, name))) continue;
    files.push(...((await reader.env(joinPath(folder, name), dialect))?.files ?? []));
  }
  return files.length === 0 ? undefined : new Environment(files);
}
