import { isUtf8 } from 'node:buffer';
import { type ByteString, bytesOf, textOf } from '@lumbung/stdx';
import { Secret } from '../process/secret.ts';
import { addressOf, type LocalhostMeaning } from './address.ts';
import type { ApplicationAddress, DatabaseField, DiscoveredDatabase } from './application.ts';
import type { ApplicationEngine, DsnParts } from './dsn.ts';
import { resolvePath } from './paths.ts';
import { bytesOfValue, type PhpValue, type Place } from './php/value.ts';
import type { DiscoveryWarning } from './warning.ts';

/** Fields of a database connection as they were found, whatever the language of the file. */
export type DatabaseFields = { readonly [Field in Exclude<DatabaseField, 'engine'> | 'prefix']?: PhpValue | undefined };

export interface DatabaseDraft {
  readonly engine: ApplicationEngine;
  readonly group: string;
  readonly fields: DatabaseFields;
  /** Where the connection is written, when its database is not. */
  readonly at: Place;
  /** What a relative path of SQLite is relative to. */
  readonly folder: ByteString;
  readonly localhost: LocalhostMeaning;
}

/** A value that was read from something simpler than PHP. */
export function fieldOf(value: ByteString, at: Place): PhpValue {
  return { kind: 'scalar', value, at };
}

export function fieldsOfDsn(parts: DsnParts, at: Place): DatabaseFields {
  const { engine: _, ...rest } = parts;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, fieldOf(value, at)]));
}

/** For people and for the wire: UTF-8 where it is, else each byte a character, which is what Latin-1 files meant. */
export function decodeText(bytes: ByteString): { readonly text: string; readonly isUtf8: boolean } {
  return isUtf8(bytesOf(bytes)) ? { text: textOf(bytes), isUtf8: true } : { text: bytes, isUtf8: false };
}

/** The database, and what a person should know about it added to `warnings`. */
export function finishDatabase(draft: DatabaseDraft, warnings: DiscoveryWarning[]): DiscoveredDatabase {
  const reader = new FieldReader(draft, warnings);
  const { engine, fields, group } = draft;
  const [database, user, password, prefix] = [
    reader.text('database'),
    reader.text('user'),
    reader.text('password'),
    reader.text('prefix'),
  ];
  const address = reader.address();
  if (engine === 'mongodb' || engine === 'sqlserver' || engine === 'oracle') reader.warn('ENGINE_UNSUPPORTED', engine);
  if (engine === 'unknown') reader.warn('ENGINE_UNKNOWN', group);
  const at = fields.database?.at ?? draft.at;
  return {
    engine,
    address,
    ...(database === undefined || database === '' || engine === 'sqlite' ? {} : { database }),
    ...(user === undefined || user === '' ? {} : { user }),
    ...(password === undefined ? {} : { password: new Secret(password) }),
    ...(prefix === undefined || prefix === '' ? {} : { tablePrefix: prefix }),
    source: { path: at.path, line: at.line },
    group,
    unresolved: [...(engine === 'unknown' ? (['engine'] as const) : []), ...reader.unresolved],
  };
}

class FieldReader {
  readonly unresolved: DatabaseField[] = [];
  readonly #draft: DatabaseDraft;
  readonly #warnings: DiscoveryWarning[];

  constructor(draft: DatabaseDraft, warnings: DiscoveryWarning[]) {
    this.#draft = draft;
    this.#warnings = warnings;
  }

  warn(code: DiscoveryWarning['code'], detail: string, at: Place = this.#draft.at): void {
    const is = (other: DiscoveryWarning) => other.code === code && other.detail === detail && other.path === at.path;
    if (!this.#warnings.some(is)) this.#warnings.push({ code, detail, path: at.path, line: at.line });
  }

  #bytes(name: keyof DatabaseFields): ByteString | undefined {
    const value = this.#draft.fields[name];
    if (value === undefined) return undefined;
    if (value.kind !== 'scalar') {
      if (name !== 'prefix') this.unresolved.push(name);
      const why = value.kind === 'unresolved' ? value.why : undefined;
      if (why?.kind === 'environment') this.warn('VALUE_FROM_ENVIRONMENT', why.variable, value.at);
      else this.warn('VALUE_UNRESOLVED', name, value.at);
      return undefined;
    }
    return bytesOfValue(value);
  }

  text(name: keyof DatabaseFields): string | undefined {
    const bytes = this.#bytes(name);
    if (bytes === undefined) return undefined;
    const decoded = decodeText(bytes);
    if (!decoded.isUtf8) this.warn('CONFIG_NOT_UTF8', name, this.#draft.fields[name]?.at);
    return decoded.text;
  }

  address(): ApplicationAddress {
    const { engine, fields, folder, localhost } = this.#draft;
    if (engine === 'sqlite') {
      const path = bytesOfValue(fields.database);
      return path === undefined ? { kind: 'unknown' } : { kind: 'file', path: resolvePath(folder, path) };
    }
    const [host, port, socket] = [this.text('host'), this.text('port'), this.#bytes('socket')];
    if (this.unresolved.includes('host') && (socket ?? '') === '') return { kind: 'unknown' };
    return addressOf(engine, { host, port, socket }, localhost);
  }
}
