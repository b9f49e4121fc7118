import { isLumbungError, LumbungError } from '@lumbung/stdx';
import { findTool } from '../../process/find-tool.ts';
import { runTool } from '../../process/run-tool.ts';
import type { RunControl, Tool } from '../../process/tool-call.ts';
import { isAtLeast, parseServerVersion, type ServerVersion } from '../server-version.ts';

export interface ServerPrograms {
  readonly vendor: ServerVersion['vendor'];
  readonly server: Tool;
  /** Makes the first data folder; undefined where the server does that itself. */
  readonly install: Tool | undefined;
  /** Has the kernel end the server with us. Undefined: it is not installed. */
  readonly setpriv: Tool | undefined;
}

/**
 * The server of this machine that can load what `serverVersion` of `vendor` dumped.
 *
 * @param folder searched alone for the server when given
 * @throws LumbungError DB_SERVER_MISSING (operator), naming the package
 */
export async function findServer(
  vendor: ServerVersion['vendor'],
  serverVersion: string,
  homeFolder: string,
  control: RunControl,
  folder?: string,
): Promise<ServerPrograms> {
  const packageName = vendor === 'mariadb' ? 'mariadb-server' : 'mysql-server';
  const server = await find(vendor === 'mariadb' ? ['mariadbd', 'mysqld'] : ['mysqld'], packageName, folder);
  const install =
    vendor === 'mariadb' ? await find(['mariadb-install-db', 'mysql_install_db'], packageName, folder) : undefined;
  if (server === undefined || (vendor === 'mariadb' && install === undefined)) throw missing(vendor, packageName);
  const { stdout } = await runTool(
    { tool: server, args: ['--no-defaults', '--version'], homeFolder },
    control,
    64 * 1024,
  );
  const line = stdout.toString('utf8');
  const has = parseServerVersion(/Ver (\d+\.\d+\.\d+\S*)/.exec(line)?.[1] ?? '', line);
  // MariaDB's package also brings a program of the other's name.
  if (has.vendor !== vendor) throw missing(vendor, packageName);
  const wanted = parseServerVersion(serverVersion, vendor);
  if (!isAtLeast(has, wanted.major, wanted.minor)) {
    throw missing(
      vendor,
      packageName,
      `${has.product} ${has.version} is installed here, the dump is of ${serverVersion}`,
    );
  }
  return { vendor, server, install, setpriv: await find(['setpriv'], 'util-linux') };
}

async function find(
  names: readonly [string, ...string[]],
  packageName: string,
  folder?: string,
): Promise<Tool | undefined> {
  try {
    return await findTool({ names, packageName, folder });
  } catch (error) {
    if (isLumbungError(error, 'DB_TOOL_MISSING')) return undefined;
    throw error;
  }
}

function missing(
  vendor: ServerVersion['vendor'],
  packageName: string,
  message = `no server of ${vendor === 'mariadb' ? 'MariaDB' : 'MySQL'} is installed on this machine`,
): LumbungError {
  return new LumbungError('DB_SERVER_MISSING', {
    kind: 'operator',
    message,
    context: { package: packageName },
    hint: `install the package ${packageName}, of the version that was dumped or a newer one`,
  });
}
