import type { ByteString } from '@lumbung/stdx';
import type { DiscoveredDatabase } from '../application.ts';
import { type ConfigReader, readEnvironmentFiles } from '../config-reader.ts';
import { type DatabaseFields, fieldsOfDsn, finishDatabase } from '../database-draft.ts';
import { parseDsn } from '../dsn.ts';
import { LAST_WINS } from '../env/env-file.ts';
import { isWithin, joinPath, parentOf, resolvePath } from '../paths.ts';
import type { PhpReading } from '../php/read-php.ts';
import { bytesOfValue, type Place } from '../php/value.ts';
import type { Folder } from '../project-files.ts';
import {
  composerRequires,
  has,
  makeApplication,
  newReader,
  type Recogniser,
  surroundingsOf,
  textOfValue,
} from './recogniser.ts';

const CONFIG_BYTES_MAX = 256 * 1024;

/** WordPress: `wp-settings.php`, with `wp-config.php` beside it or, as the program itself looks for it, one folder up when
 *  that is not a WordPress of its own. Also Bedrock, where the settings are in `.env`. */
export const recogniseWordPress: Recogniser = async (folder, files) => {
  const reader = newReader(files);
  if (!has(folder, 'wp-settings.php') && !has(folder, 'wp-load.php')) return recogniseBedrock(folder, reader);
  const root = folder.path;
  const config = await readConfig(root, reader);
  if (config === undefined) {
    // Installed, not set up: nothing to back up but its files.
    reader.warn('CONFIG_MISSING', { path: joinPath(root, 'wp-config.php') });
    return makeApplication('wordpress', root, reader, { confidence: 'medium', databases: [] });
  }
  const { constants } = config.reading;
  if (['MULTISITE', 'WP_ALLOW_MULTISITE'].some((name) => bytesOfValue(constants.get(name)) !== undefined)) {
    reader.warn('MULTISITE', { path: config.path });
  }
  const domain = textOfValue(constants.get('DOMAIN_CURRENT_SITE'));
  return makeApplication('wordpress', root, reader, {
    version: await installedVersion(root, reader),
    url:
      textOfValue(constants.get('WP_HOME')) ??
      textOfValue(constants.get('WP_SITEURL')) ??
      (domain === undefined ? undefined : `https://${domain}/`),
    databases: [databaseOf(root, config.path, config.reading, reader)],
    files: { paths: otherPaths(root, config.path, config.reading, reader) },
  });
};

async function readConfig(
  root: ByteString,
  reader: ConfigReader,
): Promise<{ readonly path: ByteString; readonly reading: PhpReading } | undefined> {
  const path = joinPath(root, 'wp-config.php');
  const constants = new Map([['ABSPATH', joinPath(root, '')]]);
  const surroundings = surroundingsOf(reader.files.containerEnvironment(root), { constants });
  if (await reader.files.hasFile(root, 'wp-config.php')) {
    const reading = await reader.php(path, surroundings);
    return reading === undefined ? undefined : { path, reading };
  }
  const parent = parentOf(root);
  if (parent === root) return undefined;
  const above = joinPath(parent, 'wp-config.php');
  // The folder above may lie outside of the roots: this one file is read there, as the program itself does.
  const isInside = reader.files.isInside(parent);
  if (isInside && (await reader.files.hasFile(parent, 'wp-settings.php'))) return undefined;
  const read = isInside
    ? await reader.files.read(above, CONFIG_BYTES_MAX)
    : await reader.files.readAbove(above, CONFIG_BYTES_MAX);
  if (read === undefined) return undefined;
  const reading = await reader.phpText(above, read.text, surroundings);
  return { path: above, reading };
}

async function installedVersion(root: ByteString, reader: ConfigReader): Promise<string | undefined> {
  if (!(await reader.files.hasFile(root, 'wp-includes/version.php'))) return undefined;
  const reading = await reader.php(joinPath(root, 'wp-includes/version.php'), {});
  return textOfValue(reading?.variables.get('wp_version'));
}

function databaseOf(root: ByteString, path: ByteString, reading: PhpReading, reader: ConfigReader): DiscoveredDatabase {
  const { constants, variables } = reading;
  const fields: DatabaseFields = {
    host: constants.get('DB_HOST'),
    database: constants.get('DB_NAME'),
    user: constants.get('DB_USER'),
    password: constants.get('DB_PASSWORD'),
    prefix: variables.get('table_prefix'),
  };
  if (fields.database === undefined) reader.warn('CONFIG_INCOMPLETE', { path, detail: 'DB_NAME' });
  const at: Place = { path, line: 1 };
  return finishDatabase(
    { engine: 'mysql', group: 'default', fields, at, folder: root, localhost: 'socket' },
    reader.warnings,
  );
}

/** The settings above the root, and content that was moved away. */
function otherPaths(
  root: ByteString,
  config: ByteString,
  { constants }: PhpReading,
  reader: ConfigReader,
): readonly ByteString[] {
  const paths: ByteString[] = isWithin(config, root) ? [] : [config];
  for (const name of ['WP_CONTENT_DIR', 'UPLOADS', 'WP_PLUGIN_DIR']) {
    const value = bytesOfValue(constants.get(name));
    if (value === undefined || value === '') continue;
    const path = resolvePath(root, value);
    if (isWithin(path, root)) continue;
    reader.warn('DATA_FOLDER_OUTSIDE', { path, detail: name });
    paths.push(path);
  }
  return paths;
}

async function recogniseBedrock(folder: Folder, reader: ConfigReader): ReturnType<Recogniser> {
  if (!has(folder, 'config') || !has(folder, 'composer.json')) return undefined;
  const requires = await composerRequires(folder, reader);
  const core = ['roots/wordpress', 'johnpbloch/wordpress', 'roots/bedrock-autoloader'].find((name) =>
    requires.has(name),
  );
  if (core === undefined) return undefined;
  const root = folder.path;
  const environment = await readEnvironmentFiles(reader, root, ['.env.local', '.env'], LAST_WINS);
  const url = environment?.field('DATABASE_URL');
  const parts = parseDsn(bytesOfValue(url));
  const fields: DatabaseFields = {
    host: environment?.field('DB_HOST'),
    database: environment?.field('DB_NAME'),
    user: environment?.field('DB_USER'),
    password: environment?.field('DB_PASSWORD'),
    prefix: environment?.field('DB_PREFIX'),
    ...(parts === undefined || url === undefined ? {} : fieldsOfDsn(parts, url.at)),
  };
  const at: Place = { path: joinPath(root, '.env'), line: 1 };
  if (environment === undefined) reader.warn('CONFIG_MISSING', { path: at.path });
  return makeApplication('wordpress', root, reader, {
    version: requires.get(core),
    url: environment?.text('WP_HOME'),
    databases:
      environment === undefined
        ? []
        : [
            finishDatabase(
              { engine: 'mysql', group: 'default', fields, at, folder: root, localhost: 'socket' },
              reader.warnings,
            ),
          ],
  });
}
