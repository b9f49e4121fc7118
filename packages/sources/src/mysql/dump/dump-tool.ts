import path from 'node:path';
import { LumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Workspace } from '../../driver.ts';
import { findTool } from '../../process/find-tool.ts';
import { mysqlOptionText } from '../../process/login-texts.ts';
import { runTool } from '../../process/run-tool.ts';
import type { RunControl, Tool, ToolCall } from '../../process/tool-call.ts';
import { isAtLeast, parseServerVersion, type ServerVersion } from '../server-version.ts';

export interface DumpTool {
  readonly tool: Tool;
  readonly version: ServerVersion;
}

/**
 * The dump tool of the server's vendor, or the one there is.
 *
 * @throws LumbungError DB_TOOL_MISSING (operator); see runTool
 */
export async function findDumpTool(
  target: Target,
  vendor: ServerVersion['vendor'],
  control: RunControl,
  homeFolder: string,
): Promise<DumpTool> {
  const tool = await findTool({
    names: vendor === 'mariadb' ? ['mariadb-dump', 'mysqldump'] : ['mysqldump', 'mariadb-dump'],
    packageName: vendor === 'mariadb' ? 'mariadb-client' : 'mysql-client',
    folder: target.options.toolsFolder,
  });
  const { stdout } = await runTool({ tool, args: ['--no-defaults', '--version'], homeFolder }, control, 64 * 1024);
  // `mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, for …`, `mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL …)`,
  // `mariadb-dump from 11.4.5-MariaDB, client 10.19 for …`
  const line = stdout.toString('utf8');
  const numbers = /(?:Distrib |from |Ver )(\d+\.\d+\.\d+\S*)/.exec(line.replace(/Ver \d+\.\d+ Distrib/, 'Distrib'));
  return { tool, version: parseServerVersion(numbers?.[1] ?? '', line) };
}

/** Nothing is dumped without being understood: what these would leave out or reorder, the splitter refuses. */
const COMMON_ARGS = [
  '--quick',
  '--hex-blob',
  '--complete-insert',
  '--extended-insert',
  '--default-character-set=utf8mb4',
  '--no-tablespaces',
  '--skip-dump-date',
  '--comments',
  '--quote-names',
  '--tz-utc',
  '--order-by-primary',
  '--max-allowed-packet=1G',
  // A file that is loaded by hand into the wrong database must not empty it.
  '--skip-add-drop-table',
];

export interface DumpCall {
  readonly target: Target;
  readonly database: string;
  readonly workspace: Workspace;
  readonly dumpTool: DumpTool;
  /** How tables are read: from one snapshot; locked against writers; or only their definitions. */
  readonly reading: 'snapshot' | 'lock' | 'definitions';
  readonly withEvents: boolean;
  /** Tables and views that are left out. */
  readonly ignored: readonly string[];
  /** Only these, and nothing that is no table. */
  readonly tables?: readonly string[];
}

/**
 * How a dump is asked for. The login comes through an inherited descriptor, and no option file of the machine is read.
 *
 * @throws LumbungError DB_NAME_UNSUPPORTED (operator)
 */
export function dumpToolCall(call: DumpCall): ToolCall {
  const { target, database, workspace, dumpTool } = call;
  const { vendor } = dumpTool.version;
  const args = [
    '--defaults-file=/dev/fd/3',
    ...addressArgs(target),
    ...tlsArgs(target, vendor),
    ...COMMON_ARGS,
    ...(call.reading === 'lock' ? ['--lock-tables', '--skip-single-transaction'] : ['--single-transaction']),
    ...(call.reading === 'definitions' ? ['--no-data'] : []),
    '--triggers',
    ...(call.tables === undefined
      ? ['--routines', call.withEvents ? '--events' : '--skip-events']
      : ['--skip-routines', '--skip-events']),
    ...call.ignored.map((name) => `--ignore-table=${ignorable(database, name)}`),
  ];
  if (vendor === 'mysql') {
    args.push('--set-gtid-purged=OFF');
    // Asks for a table that MariaDB and older servers do not have, and would write what a restore makes anew.
    if (isAtLeast(dumpTool.version, 8, 0, 2)) args.push('--skip-column-statistics');
    if (target.tls.mode === 'off' && target.address.kind === 'tcp' && isAtLeast(dumpTool.version, 8, 0)) {
      args.push('--get-server-public-key');
    }
  }
  return {
    tool: dumpTool.tool,
    args: [...args, '--', database, ...(call.tables ?? [])],
    homeFolder: workspace.folder,
    secrets: target.password === undefined ? [] : [target.password],
    inheritedText: mysqlOptionText({ user: target.user, password: target.password }),
  };
}

/** The tools cut what they are told to ignore at the first point. */
function ignorable(database: string, name: string): string {
  if (database.includes('.')) {
    throw new LumbungError('DB_NAME_UNSUPPORTED', {
      kind: 'operator',
      message: 'the dump tool cannot leave out parts of a database whose name has a point',
      context: { database },
      hint: 'back up the whole database',
    });
  }
  return `${database}.${name}`;
}

function addressArgs({ address }: Target): string[] {
  switch (address.kind) {
    case 'socket':
      return ['--protocol=socket', `--socket=${path.resolve(address.path)}`];
    case 'tcp':
      return ['--protocol=tcp', `--host=${address.host}`, `--port=${address.port}`];
    case 'file':
      throw new LumbungError('DB_ADDRESS_INVALID', {
        kind: 'operator',
        message: 'a MySQL server has no address that is a file',
        hint: 'give a host and port, or a unix socket',
      });
  }
}

function tlsArgs({ tls, address }: Target, vendor: ServerVersion['vendor']): string[] {
  if (tls.mode === 'off' || address.kind !== 'tcp')
    return vendor === 'mysql' ? ['--ssl-mode=DISABLED'] : ['--skip-ssl'];
  const files = [
    ...(tls.caFile === undefined ? [] : [`--ssl-ca=${tls.caFile}`]),
    ...(tls.certFile === undefined ? [] : [`--ssl-cert=${tls.certFile}`]),
    ...(tls.keyFile === undefined ? [] : [`--ssl-key=${tls.keyFile}`]),
  ];
  if (vendor === 'mysql') {
    const mode = { require: 'REQUIRED', 'verify-ca': 'VERIFY_CA', verify: 'VERIFY_IDENTITY' }[tls.mode];
    return [`--ssl-mode=${mode}`, ...files];
  }
  return ['--ssl', tls.mode === 'verify' ? '--ssl-verify-server-cert' : '--disable-ssl-verify-server-cert', ...files];
}
