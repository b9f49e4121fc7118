import type { ByteString } from '@lumbung/stdx';
import { type DatabaseFields, finishDatabase } from '../database-draft.ts';
import { engineOf } from '../dsn.ts';
import { isWithin, joinPath, parentOf } from '../paths.ts';
import { bytesOfValue, type PhpValue, truthOf, valueAt } from '../php/value.ts';
import { MOODLE_DATA_EXCLUDES } from '../templates.ts';
import { has, makeApplication, newReader, type Recogniser, surroundingsOf, textOfValue } from './recogniser.ts';

/** Moodle: `version.php` with `$release`, and `config.php` with `$CFG->dbtype`. Its files lie in a data folder elsewhere. */
export const recogniseMoodle: Recogniser = async (folder, files) => {
  if (!has(folder, 'config.php')) return undefined;
  const root = folder.path;
  const reader = newReader(files);
  // Since 5.1 what the web server may see lies in `public`.
  const versionPath = has(folder, 'version.php') ? 'version.php' : 'public/version.php';
  if (!(await files.hasFile(root, versionPath))) return undefined;
  const version = await reader.php(joinPath(root, versionPath), {});
  const release = textOfValue(version?.variables.get('release'));
  if (release === undefined) return undefined;
  const path = joinPath(root, 'config.php');
  const config = (await reader.php(path, surroundingsOf(files.containerEnvironment(root))))?.variables.get('CFG');
  const type = textOfValue(valueAt(config, 'dbtype'));
  if (config === undefined || type === undefined) return undefined;
  const options = valueAt(config, 'dboptions');
  const fields: DatabaseFields = {
    host: valueAt(config, 'dbhost'),
    port: valueAt(options, 'dbport'),
    socket: socketOf(valueAt(options, 'dbsocket'), type),
    database: valueAt(config, 'dbname'),
    user: valueAt(config, 'dbuser'),
    password: valueAt(config, 'dbpass'),
    prefix: valueAt(config, 'prefix'),
  };
  const dataFolder = bytesOfValue(valueAt(config, 'dataroot'));
  if (dataFolder === undefined) reader.warn('VALUE_UNRESOLVED', { path, detail: 'dataroot' });
  else if (!isWithin(dataFolder, root)) reader.warn('DATA_FOLDER_OUTSIDE', { path: dataFolder, detail: 'dataroot' });
  return makeApplication('moodle', root, reader, {
    version: release,
    url: textOfValue(valueAt(config, 'wwwroot')),
    databases: [
      finishDatabase(
        {
          engine: engineOf(type),
          group: 'default',
          fields,
          at: config.at,
          folder: parentOf(path),
          localhost: 'socket',
        },
        reader.warnings,
      ),
    ],
    files:
      dataFolder === undefined || !dataFolder.startsWith('/')
        ? {}
        : { paths: [dataFolder], excludesOf: [{ folder: dataFolder, excludes: MOODLE_DATA_EXCLUDES }] },
  });
};

/** A path, or true for the default one. */
function socketOf(value: PhpValue | undefined, type: string): PhpValue | undefined {
  if (value === undefined || truthOf(value) !== true || value.kind !== 'scalar') return undefined;
  const path = bytesOfValue(value);
  if (path?.startsWith('/')) return value;
  const standard = type === 'pgsql' ? '/var/run/postgresql' : undefined;
  return standard === undefined ? undefined : { kind: 'scalar', value: standard as ByteString, at: value.at }; // ASCII
}
