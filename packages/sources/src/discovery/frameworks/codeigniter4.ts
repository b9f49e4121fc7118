import { type ByteString, byteStringOfText } from '@lumbung/stdx';
import type { DiscoveredDatabase } from '../application.ts';
import { type ConfigReader, readEnvironmentFiles } from '../config-reader.ts';
import { type DatabaseFields, decodeText, fieldsOfDsn, finishDatabase } from '../database-draft.ts';
import { engineOf, parseDsn, parsePdoDsn } from '../dsn.ts';
import { FIRST_WINS } from '../env/env-file.ts';
import type { Environment } from '../environment.ts';
import { joinPath } from '../paths.ts';
import { bytesOfValue, type PhpValue, valueAt } from '../php/value.ts';
import { has, makeApplication, newReader, type Recogniser, surroundingsOf, textOfValue } from './recogniser.ts';

const PROPERTIES_MAX = 100;

/** CodeIgniter 4: `spark` and `app/Config/Database.php`, whose properties are groups; `.env` replaces single fields. */
export const recogniseCodeIgniter4: Recogniser = async (folder, files) => {
  if (!has(folder, 'spark') || !(await files.hasFile(folder.path, 'app/Config/Database.php'))) return undefined;
  const reader = newReader(files);
  const root = folder.path;
  const environment = await readEnvironmentFiles(reader, root, ['.env'], FIRST_WINS);
  return makeApplication('codeigniter4', root, reader, {
    version: await installedVersion(root, reader),
    url: await baseUrl(root, environment, reader),
    databases: await readGroups(root, environment, reader),
  });
};

async function installedVersion(root: ByteString, reader: ConfigReader): Promise<string | undefined> {
  for (const path of ['system/CodeIgniter.php', 'vendor/codeigniter4/framework/system/CodeIgniter.php']) {
    if (!(await reader.files.hasFile(root, path))) continue;
    const text = await reader.text(joinPath(root, path), 256 * 1024);
    return /CI_VERSION\s*=\s*'([^']{1,40})'/.exec(text ?? '')?.[1];
  }
  return undefined;
}

async function baseUrl(
  root: ByteString,
  environment: Environment | undefined,
  reader: ConfigReader,
): Promise<string | undefined> {
  const given = environment?.text('app.baseURL', 'app_baseURL');
  if (given !== undefined || !(await reader.files.hasFile(root, 'app/Config/App.php'))) return given;
  const reading = await reader.php(joinPath(root, 'app/Config/App.php'), surroundingsOf(environment));
  return textOfValue(valueAt(reading?.properties, 'baseURL'));
}

async function readGroups(
  root: ByteString,
  environment: Environment | undefined,
  reader: ConfigReader,
): Promise<readonly DiscoveredDatabase[]> {
  const path = joinPath(root, 'app/Config/Database.php');
  const constants = new Map<string, ByteString>([
    ['ROOTPATH', joinPath(root, '')],
    ['APPPATH', joinPath(root, 'app', '')],
    ['WRITEPATH', joinPath(root, 'writable', '')],
    ['FCPATH', joinPath(root, 'public', '')],
    ['ENVIRONMENT', environment?.get('CI_ENVIRONMENT')?.value ?? byteStringOfText('production')],
  ]);
  const reading = await reader.php(path, surroundingsOf(environment, { constants }));
  const properties = reading?.properties;
  if (properties?.kind !== 'array') {
    reader.warn('CONFIG_INVALID', { path });
    return [];
  }
  const databases: DiscoveredDatabase[] = [];
  for (const [group, value] of [...properties.entries].slice(0, PROPERTIES_MAX)) {
    // `tests` is what the unit tests of the framework use.
    if (value.kind !== 'array' || group === 'tests' || group === 'failover') continue;
    const database = readGroup(group, value, root, environment, reader);
    if (database !== undefined) databases.push(database);
  }
  const standard = textOfValue(valueAt(properties, 'defaultGroup')) ?? 'default';
  return databases.sort((a, b) => Number(b.group === standard) - Number(a.group === standard));
}

function readGroup(
  group: string,
  value: PhpValue,
  root: ByteString,
  environment: Environment | undefined,
  reader: ConfigReader,
): DiscoveredDatabase | undefined {
  const get = (name: string) =>
    environment?.field(`database.${group}.${name}`, `database_${group}_${name}`) ?? valueAt(value, name);
  const dsn = bytesOfValue(get('DSN'));
  const parts = parseDsn(dsn) ?? parsePdoDsn(dsn);
  const driver = textOfValue(get('DBDriver')) ?? '';
  const engine = parts?.engine ?? engineOf(driver);
  const fields: DatabaseFields = {
    host: get('hostname'),
    port: get('port'),
    database: get('database'),
    user: get('username'),
    password: get('password'),
    prefix: get('DBPrefix'),
    ...(parts === undefined ? {} : fieldsOfDsn(parts, value.at)),
  };
  if (valueAt(value, 'DBDriver') === undefined && driver === '') return undefined;
  // A group of the skeleton that nobody filled.
  if (fields.database?.kind === 'scalar' && (bytesOfValue(fields.database) ?? '') === '') return undefined;
  return finishDatabase(
    {
      engine,
      group: decodeText(group as ByteString).text, // a name of the tokenizer is a byte string
      fields,
      at: value.at,
      folder: joinPath(root, 'writable'),
      localhost: 'socket',
    },
    reader.warnings,
  );
}
