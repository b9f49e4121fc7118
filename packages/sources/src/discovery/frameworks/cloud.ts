import type { ByteString } from '@lumbung/stdx';
import type { DiscoveredBucket, DiscoveredDatabase } from '../application.ts';
import type { ConfigReader } from '../config-reader.ts';
import { type DatabaseFields, finishDatabase } from '../database-draft.ts';
import { engineOf } from '../dsn.ts';
import { isWithin, joinPath } from '../paths.ts';
import type { PhpReading } from '../php/read-php.ts';
import { bytesOfValue, type PhpValue, valueAt } from '../php/value.ts';
import { CLOUD_DATA_EXCLUDES } from '../templates.ts';
import { has, makeApplication, newReader, type Recogniser, surroundingsOf, textOfValue } from './recogniser.ts';

const CONFIG_FILES_MAX = 50;

/** Nextcloud and ownCloud: `occ`, and `$CONFIG` in `config/config.php`, over which every `config/*.config.php` is laid in
 *  the order of their names. */
export const recogniseCloud: Recogniser = async (folder, files) => {
  const root = folder.path;
  if (!has(folder, 'occ')) return undefined;
  const reader = newReader(files);
  const version = has(folder, 'version.php') ? await reader.php(joinPath(root, 'version.php'), {}) : undefined;
  const config = (await files.hasFile(root, 'config/config.php')) ? await readConfig(root, reader) : undefined;
  if (config === undefined) {
    if (version?.variables.has('OC_VersionString') !== true) return undefined;
    reader.warn('CONFIG_INVALID', { path: joinPath(root, 'config/config.php') });
    return makeApplication(vendorOf(version), root, reader, { confidence: 'medium', databases: [] });
  }
  const dataFolder = bytesOfValue(config.get('datadirectory')) ?? joinPath(root, 'data');
  if (!isWithin(dataFolder, root)) reader.warn('DATA_FOLDER_OUTSIDE', { path: dataFolder, detail: 'datadirectory' });
  const isAbsolute = dataFolder.startsWith('/');
  const database = databaseOf(root, config, dataFolder, reader);
  return makeApplication(vendorOf(version), root, reader, {
    version: textOfValue(version?.variables.get('OC_VersionString')) ?? textOfValue(config.get('version')),
    url: textOfValue(config.get('overwrite.cli.url')),
    databases: [database],
    buckets: bucketsOf(config),
    files: isAbsolute
      ? {
          paths: [dataFolder],
          excludesOf: [{ folder: dataFolder, excludes: CLOUD_DATA_EXCLUDES }],
        }
      : {},
  });
};

function vendorOf(version: PhpReading | undefined): 'nextcloud' | 'owncloud' {
  return textOfValue(version?.variables.get('vendor')) === 'owncloud' ? 'owncloud' : 'nextcloud';
}

async function readConfig(root: ByteString, reader: ConfigReader): Promise<ReadonlyMap<string, PhpValue> | undefined> {
  const folder = joinPath(root, 'config');
  const names = [...((await reader.files.folder(folder))?.entries.keys() ?? [])]
    .filter((name) => name.endsWith('.config.php'))
    .sort()
    .slice(0, CONFIG_FILES_MAX);
  const surroundings = surroundingsOf(reader.files.containerEnvironment(root));
  const merged = new Map<string, PhpValue>();
  for (const name of ['config.php', ...names]) {
    const reading = await reader.php(joinPath(folder, name), surroundings);
    const config = reading?.variables.get('CONFIG');
    if (config?.kind !== 'array') {
      if (name === 'config.php') return undefined;
      continue;
    }
    for (const [key, value] of config.entries) merged.set(key, value);
  }
  return merged;
}

function databaseOf(
  root: ByteString,
  config: ReadonlyMap<string, PhpValue>,
  dataFolder: ByteString,
  reader: ConfigReader,
): DiscoveredDatabase {
  const type = textOfValue(config.get('dbtype')) ?? 'sqlite3';
  const engine = engineOf(type);
  const at = config.get('dbtype')?.at ?? { path: joinPath(root, 'config/config.php'), line: 1 };
  const name = textOfValue(config.get('dbname')) ?? 'owncloud';
  const file = joinPath(dataFolder, `${name}.db`);
  const fields: DatabaseFields = {
    host: config.get('dbhost'),
    port: config.get('dbport'),
    database:
      engine === 'sqlite' ? { kind: 'scalar', value: file, at: config.get('dbname')?.at ?? at } : config.get('dbname'),
    user: config.get('dbuser'),
    password: config.get('dbpassword'),
    prefix: config.get('dbtableprefix'),
  };
  return finishDatabase({ engine, group: 'default', fields, at, folder: root, localhost: 'socket' }, reader.warnings);
}

function bucketsOf(config: ReadonlyMap<string, PhpValue>): readonly DiscoveredBucket[] {
  return ['objectstore', 'objectstore_multibucket'].flatMap((key) => {
    const args = valueAt(config.get(key), 'arguments');
    const bucket = valueAt(args, 'bucket');
    const name = textOfValue(bucket);
    if (bucket === undefined || name === undefined) return [];
    const [endpoint, region] = [textOfValue(valueAt(args, 'hostname')), textOfValue(valueAt(args, 'region'))];
    return [
      {
        name,
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(region === undefined ? {} : { region }),
        source: { path: bucket.at.path, line: bucket.at.line },
      },
    ];
  });
}
