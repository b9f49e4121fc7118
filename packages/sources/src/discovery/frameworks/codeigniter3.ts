import { type ByteString, byteStringOfText } from '@lumbung/stdx';
import type { DiscoveredDatabase } from '../application.ts';
import type { ConfigReader } from '../config-reader.ts';
import { type DatabaseFields, decodeText, fieldsOfDsn, finishDatabase } from '../database-draft.ts';
import { engineOf, parseDsn, parsePdoDsn } from '../dsn.ts';
import { joinPath, parentOf, resolvePath } from '../paths.ts';
import { tokenizePhp } from '../php/tokenize.ts';
import { bytesOfValue, type PhpValue, valueAt } from '../php/value.ts';
import { has, makeApplication, newReader, type Recogniser, surroundingsOf, textOfValue } from './recogniser.ts';

const INDEX_BYTES_MAX = 256 * 1024;
const GROUPS_MAX = 100;

/**
 * CodeIgniter 2 and 3: `application/config/database.php`, with the framework in `system` or where `index.php` says.
 * The file of the environment counts before the general one; every group is read, and comments are none.
 */
export const recogniseCodeIgniter3: Recogniser = async (folder, files) => {
  if (!['system', 'application', 'index.php'].some((name) => has(folder, name))) return undefined;
  const root = folder.path;
  const reader = newReader(files);
  const index = has(folder, 'index.php') ? await indexFile(root, reader) : new Map<string, ByteString>();
  const hasSystem = has(folder, 'system') && (await files.hasFile(root, 'system/core/CodeIgniter.php'));
  if (!hasSystem && !index.has('system_path')) return undefined;
  const applicationFolder = resolvePath(root, index.get('application_folder') ?? byteStringOfText('application'));
  const configFolder = joinPath(applicationFolder, 'config');
  if (!(await hasConfig(configFolder, reader))) return undefined;
  const environment = await environmentOf(root, reader);
  return makeApplication('codeigniter3', root, reader, {
    version: await installedVersion(root, reader),
    url: await baseUrl(configFolder, reader),
    databases: await readDatabases(root, configFolder, environment, reader),
    files: { paths: [applicationFolder] },
  });
};

/** The folders that `index.php` names: what it makes of them afterwards depends on the disk. */
async function indexFile(root: ByteString, reader: ConfigReader): Promise<ReadonlyMap<string, ByteString>> {
  const text = await reader.text(joinPath(root, 'index.php'), INDEX_BYTES_MAX);
  const tokens = text?.includes('system_path') === true ? tokenizePhp(text) : [];
  const named = new Map<string, ByteString>();
  for (const [at, token] of tokens.entries()) {
    const [sign, value] = [tokens[at + 1], tokens[at + 2]];
    if (token.kind !== 'variable' || sign?.kind !== 'sign' || sign.text !== '=' || value?.kind !== 'string') continue;
    const [part] = value.parts;
    // A part of a byte string.
    if (typeof part === 'string' && !named.has(token.text)) named.set(token.text, part as ByteString);
  }
  return named;
}

async function hasConfig(configFolder: ByteString, reader: ConfigReader): Promise<boolean> {
  if (await reader.files.hasFile(configFolder, 'database.php')) return true;
  return (await environmentFolders(configFolder, reader)).length > 0;
}

async function environmentFolders(configFolder: ByteString, reader: ConfigReader): Promise<readonly ByteString[]> {
  const folder = await reader.files.folder(configFolder);
  const names: ByteString[] = [];
  for (const [name, kind] of folder?.entries ?? []) {
    if (kind === 'folder' && (await reader.files.hasFile(configFolder, name, 'database.php'))) names.push(name);
    if (names.length >= 10) break;
  }
  return names;
}

/** As `index.php` computes it, with what `.htaccess` tells the web server to set. */
async function environmentOf(root: ByteString, reader: ConfigReader): Promise<ByteString> {
  const server = new Map<string, ByteString>();
  if (await reader.files.hasFile(root, '.htaccess')) {
    const text = (await reader.text(joinPath(root, '.htaccess'), 64 * 1024)) ?? '';
    const set = /^[ \t]*SetEnv[ \t]+CI_ENV[ \t]+"?([A-Za-z0-9_-]{1,40})/im.exec(text);
    if (set?.[1] !== undefined) server.set('CI_ENV', set[1] as ByteString); // ASCII
  }
  const index = (await reader.files.hasFile(root, 'index.php'))
    ? await reader.php(joinPath(root, 'index.php'), { server })
    : undefined;
  return bytesOfValue(index?.constants.get('ENVIRONMENT')) ?? ('development' as ByteString);
}

async function installedVersion(root: ByteString, reader: ConfigReader): Promise<string | undefined> {
  if (!(await reader.files.hasFile(root, 'system/core/CodeIgniter.php'))) return undefined;
  const text = await reader.text(joinPath(root, 'system/core/CodeIgniter.php'), 256 * 1024);
  const tokens = text === undefined ? [] : tokenizePhp(text);
  const at = tokens.findIndex(
    (token) =>
      (token.kind === 'name' && token.text === 'CI_VERSION') ||
      (token.kind === 'string' && token.parts[0] === 'CI_VERSION'),
  );
  const version = at < 0 ? undefined : tokens.slice(at + 1, at + 4).find((token) => token.kind === 'string');
  const [part] = version?.parts ?? [];
  return typeof part === 'string' ? part : undefined;
}

async function baseUrl(configFolder: ByteString, reader: ConfigReader): Promise<string | undefined> {
  if (!(await reader.files.hasFile(configFolder, 'config.php'))) return undefined;
  const reading = await reader.php(joinPath(configFolder, 'config.php'), {});
  return textOfValue(valueAt(reading?.variables.get('config'), 'base_url'));
}

async function readDatabases(
  root: ByteString,
  configFolder: ByteString,
  environment: ByteString,
  reader: ConfigReader,
): Promise<readonly DiscoveredDatabase[]> {
  const folders = await environmentFolders(configFolder, reader);
  const used = folders.includes(environment) ? joinPath(configFolder, environment) : configFolder;
  const databases = await readFile(root, configFolder, used, environment, reader);
  // The web server may set another environment, which cannot be seen from here: what it would use is named too.
  for (const folder of folders.filter((name) => name !== environment)) {
    for (const other of await readFile(root, configFolder, joinPath(configFolder, folder), folder, reader)) {
      if (databases.some(({ database, address }) => database === other.database && sameAddress(address, other.address)))
        continue;
      reader.warn('ENVIRONMENT_UNCERTAIN', { path: other.source.path, detail: decodeText(folder).text });
      databases.push({ ...other, group: `${decodeText(folder).text}/${other.group}` });
    }
  }
  return databases;
}

function sameAddress(a: DiscoveredDatabase['address'], b: DiscoveredDatabase['address']): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function readFile(
  root: ByteString,
  configFolder: ByteString,
  folder: ByteString,
  environment: ByteString,
  reader: ConfigReader,
): Promise<DiscoveredDatabase[]> {
  const path = joinPath(folder, 'database.php');
  if (!(await reader.files.hasFile(folder, 'database.php'))) return [];
  const constants = new Map<string, ByteString>([
    ['BASEPATH', joinPath(root, 'system', '')],
    ['FCPATH', joinPath(root, '')],
    ['APPPATH', joinPath(parentOf(configFolder), '')],
    ['ENVIRONMENT', environment],
  ]);
  const reading = await reader.php(path, surroundingsOf(reader.files.containerEnvironment(root), { constants }));
  const groups = reading?.variables.get('db');
  if (groups?.kind !== 'array') {
    reader.warn('CONFIG_INVALID', { path });
    return [];
  }
  const active = textOfValue(reading?.variables.get('active_group')) ?? 'default';
  return [...groups.entries]
    .slice(0, GROUPS_MAX)
    .flatMap(([group, value]) => readGroup(group, value, root, reader) ?? [])
    .sort((a, b) => Number(b.group === active) - Number(a.group === active));
}

function readGroup(
  group: string,
  value: PhpValue,
  root: ByteString,
  reader: ConfigReader,
): DiscoveredDatabase | undefined {
  if (value.kind !== 'array') return undefined;
  const dsn = bytesOfValue(valueAt(value, 'dsn'));
  const host = bytesOfValue(valueAt(value, 'hostname'));
  // Older versions write the address of PDO into the host.
  const parts = parseDsn(dsn) ?? parsePdoDsn(dsn) ?? (host?.includes('=') === true ? parsePdoDsn(host) : undefined);
  const driver = textOfValue(valueAt(value, 'dbdriver')) ?? '';
  const subdriver = textOfValue(valueAt(value, 'subdriver')) ?? '';
  const engine = parts?.engine ?? engineOf(driver === 'pdo' ? subdriver : driver);
  const fields: DatabaseFields = {
    host: parts === undefined ? valueAt(value, 'hostname') : undefined,
    port: valueAt(value, 'port'),
    database: valueAt(value, 'database'),
    user: valueAt(value, 'username'),
    password: valueAt(value, 'password'),
    prefix: valueAt(value, 'dbprefix'),
    ...(parts === undefined ? {} : fieldsOfDsn(parts, value.at)),
  };
  if (
    fields.database === undefined ||
    (fields.database.kind === 'scalar' && (bytesOfValue(fields.database) ?? '') === '')
  ) {
    return undefined;
  }
  return finishDatabase(
    {
      engine,
      group: decodeText(group as ByteString).text, // a key of the tokenizer is a byte string
      fields,
      at: value.at,
      folder: root,
      localhost: 'socket',
    },
    reader.warnings,
  );
}
