import type { ByteString } from '@lumbung/stdx';
import type { z } from 'zod';
import { decodeText, fieldOf } from './database-draft.ts';
import { type EnvDialect, type EnvFile, parseEnvFile } from './env/env-file.ts';
import { joinPath } from './paths.ts';
import type { EnvironmentValue, PhpSurroundings } from './php/call-function.ts';
import { type PhpReading, readPhp } from './php/read-php.ts';
import { type PhpToken, tokenizePhp } from './php/tokenize.ts';
import { bytesOfValue, type PhpValue } from './php/value.ts';
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

/** Environment files of an application, the first one counting most. */
export class Environment {
  readonly files: readonly { readonly path: ByteString; readonly file: EnvFile }[];

  constructor(files: readonly { readonly path: ByteString; readonly file: EnvFile }[]) {
    this.files = files;
  }

  get(name: string): EnvironmentValue | undefined {
    for (const { path, file } of this.files) {
      const entry = file.entries.get(name);
      if (entry !== undefined) return { value: entry.value, at: { path, line: entry.line } };
    }
    return undefined;
  }

  /** The first of the names that is set, as a field. */
  field(...names: readonly string[]): PhpValue | undefined {
    for (const name of names) {
      const found = this.get(name);
      if (found !== undefined) return fieldOf(found.value, found.at);
    }
    return undefined;
  }

  text(...names: readonly string[]): string | undefined {
    const field = this.field(...names);
    const bytes = bytesOfValue(field);
    return bytes === undefined || bytes === '' ? undefined : decodeText(bytes).text;
  }

  names(): readonly string[] {
    return [...new Set(this.files.flatMap(({ file }) => [...file.entries.keys()]))];
  }
}

/** Files of one folder, the first counting most; undefined: there is none of them. */
export async function readEnvironment(
  reader: ConfigReader,
  folder: ByteString,
  names: readonly string[],
  dialect: EnvDialect,
): Promise<Environment | undefined> {
  const files: { readonly path: ByteString; readonly file: EnvFile }[] = [];
  for (const name of names) {
    if (!(await reader.files.hasFile(folder, name))) continue;
    files.push(...((await reader.env(joinPath(folder, name), dialect))?.files ?? []));
  }
  return files.length === 0 ? undefined : new Environment(files);
}
