// Lumbung is its own first application: whatever an office has told it must survive this machine.
import path from 'node:path';
import {
  type DestinationId,
  type LocalDate,
  parseApplicationId,
  parseAssetId,
  parseDestinationId,
} from '@lumbung/contracts';
import { assertNever, type Clock, type Random } from '@lumbung/stdx';
import type { PostgresAddress } from '../config/postgres-address.ts';
import type { ServerSettings } from '../config/settings.ts';
import {
  type AssetDefinition,
  defineAsset,
  findAsset,
  insertApplication,
  insertAsset,
} from '../modules/applications/index.ts';
import { findDestination, insertDestination } from '../modules/destinations/index.ts';
import type { RunService } from '../modules/runs/index.ts';
import type { SecretVault } from '../secrets/secret-vault.ts';
import type { Transaction } from '../store/store.ts';

export const SELF_APPLICATION = parseApplicationId('lumbung');
const SELF_DATABASE = parseAssetId('lumbung:state');
const SELF_FILES = parseAssetId('lumbung:files');
export const FIRST_DESTINATION: DestinationId = parseDestinationId('destination:first');
const PASSWORD_SECRET = 'destination.first.password';
const PASSWORD_BYTES = 30;
/** What can be had again; and the repository itself, which would grow by every copy of it. */
const LEFT_OUT = ['node_modules', '.peers', '.cache', 'coverage', '.git'];
const DATA_LEFT_OUT = ['repository', 'cache', 'work', 'state.sqlite*', 'lumbung.pid', 'recovery-kit.txt'];

export interface SelfProtectionPorts {
  readonly settings: ServerSettings;
  readonly vault: SecretVault;
  readonly runs: RunService;
  readonly clock: Clock;
  readonly random: Random;
  /** Where this Lumbung lies. */
  readonly programFolder: string;
}

/** The first destination beside the state, to begin with, and the first application: what the office says later may replace
 *  the one, and adds to the other. Told again at every start, since folders move.
 *  @returns whether the repository has yet to be made */
export async function provideSelfProtection(
  tx: Transaction,
  today: LocalDate,
  ports: SelfProtectionPorts,
): Promise<'new' | 'known'> {
  await provideApplication(tx, today, ports);
  const known = await findDestination(tx, FIRST_DESTINATION);
  if (known !== undefined) return known.repository_id === null ? 'new' : 'known';
  const { settings, vault, clock, random } = ports;
  const secretId = await vault.add(PASSWORD_SECRET, random.bytes(PASSWORD_BYTES).toString('base64url'), tx);
  await insertDestination(tx, {
    id: FIRST_DESTINATION,
    name: 'Lumbung',
    address: path.join(settings.dataFolder, 'repository'),
    repositoryId: null,
    secretId,
    isOffsite: false,
    isImmutable: false,
    region: null,
    at: clock.nowMs(),
  });
  return 'new';
}

async function provideApplication(tx: Transaction, today: LocalDate, ports: SelfProtectionPorts): Promise<void> {
  const { settings, clock, vault } = ports;
  const at = clock.nowMs();
  const definitions = [
    { id: SELF_DATABASE, name: 'state', definition: stateOf(settings) },
    { id: SELF_FILES, name: 'Lumbung', definition: filesOf(ports) },
  ] as const;
  if ((await findAsset(tx, SELF_DATABASE)) !== undefined) {
    for (const { id, definition } of definitions) await defineAsset(tx, { id, definition, at });
    return;
  }
  await insertApplication(tx, { id: SELF_APPLICATION, code: 'lumbung', name: 'Lumbung', registeredOn: today, at });
  const secretId =
    settings.database.kind === 'postgres' && settings.database.password !== undefined
      ? await vault.add('lumbung.state.password', settings.database.password, tx)
      : null;
  for (const { id, name, definition } of definitions) {
    await insertAsset(tx, {
      id,
      kind: definition.kind,
      name,
      applicationId: SELF_APPLICATION,
      secretId: definition.kind === 'database' ? secretId : null,
      definition,
      registeredOn: today,
      at,
    });
  }
}

function stateOf({ database }: ServerSettings): AssetDefinition {
  const common = { kind: 'database', excludeData: [], skipViews: [], untransactional: 'refuse' } as const;
  switch (database.kind) {
    case 'sqlite':
      return {
        ...common,
        server: { url: `sqlite:${database.file}`, name: 'lumbung' },
        content: { kind: 'database', database: database.file },
      };
    case 'postgres':
      return {
        ...common,
        server: { url: postgresUrl(database), name: 'lumbung' },
        content: { kind: 'database', database: database.database },
      };
    default:
      return assertNever(database);
  }
}

/** As the command line takes it, without the password. */
function postgresUrl({ host, port, database, user, tls }: PostgresAddress): string {
  const isSocket = host.startsWith('/');
  const url = new URL(`postgresql://${isSocket ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}/`);
  url.username = user ?? '';
  url.pathname = database;
  if (isSocket) url.searchParams.set('host', host);
  url.searchParams.set('sslmode', tls.mode === 'off' ? 'disable' : tls.mode === 'require' ? 'require' : 'verify-full');
  if (tls.mode === 'verify' && tls.caFile !== undefined) url.searchParams.set('sslrootcert', tls.caFile);
  return url.href;
}

function filesOf({ settings, programFolder }: SelfProtectionPorts): AssetDefinition {
  const keyFile = settings.masterKey.kind === 'file' ? [settings.masterKey.path] : [];
  return {
    kind: 'files',
    paths: [programFolder, ...keyFile],
    // The data folder usually lies within the program's when it runs from a clone. The key is named by itself: a path that is
    // asked for is never left out by a pattern of a folder above it.
    excludes: [
      ...LEFT_OUT.map((name) => path.join(programFolder, name)),
      ...DATA_LEFT_OUT.map((name) => path.join(settings.dataFolder, name)),
    ],
    templateExcludes: [],
    required: keyFile,
    otherFileSystems: 'stay',
    taggedCaches: 'leave-out',
  };
}
