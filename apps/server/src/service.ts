// The service: everything wired together, from settings to the first run. `main.ts` hands in the machine.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseSecretId, type RunEvent, type RunId, type RunRecord } from '@lumbung/contracts';
import { localDateOf } from '@lumbung/procedure';
import { Secret } from '@lumbung/runner/jobs';
import type { Clock, Random } from '@lumbung/stdx';
import { z } from 'zod';
import { AuditTrail } from './audit/audit-trail.ts';
import type { ServerSettings } from './config/settings.ts';
import { activityFollower } from './modules/activities/index.ts';
import { repositoryFollower } from './modules/maintenance/index.ts';
import { provideOrganisation, readFact, readOrganisation, writeFact } from './modules/organisation/index.ts';
import { provideDefaultProcedure } from './modules/procedures/index.ts';
import { listUnfinishedRuns, RunService } from './modules/runs/index.ts';
import { catalogueFollower } from './modules/snapshots/index.ts';
import { EmbeddedQueue } from './queue/embedded-queue.ts';
import { RunSupervisor } from './run-process/run-supervisor.ts';
import { type Tick, tick } from './scheduler/scheduler.ts';
import { Worker } from './scheduler/worker.ts';
import { loadMasterKeys } from './secrets/master-key.ts';
import { SecretRegister } from './secrets/secret-register.ts';
import { SecretVault } from './secrets/secret-vault.ts';
import { provideSelfProtection } from './self-protection/self-protection.ts';
import { takeDataFolder } from './store/data-folder.ts';
import { Store } from './store/store.ts';

export interface ServiceWorld {
  readonly settings: ServerSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly pid: number;
  readonly hostname: string;
  readonly username: string;
  /** `lumbung 0.1.0`. */
  readonly programVersion: string;
  /** Where this Lumbung lies. */
  readonly programFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly execPath: string;
  readonly tell: ServiceListener;
}

/** What happens, for a log and for pages that live. None of these may throw. */
export interface ServiceListener {
  readonly onRunEvent: (runId: RunId, event: RunEvent) => void;
  readonly onRunEnd: (record: RunRecord) => void;
  readonly onTick: (tick: Tick) => void;
  readonly onFault: (error: unknown) => void;
}

/** A run that waits for a disk leaves a core to another. */
const SLOTS = 2;
/** However quiet it is, the plan is looked at this often: a clock may have been set. */
const LOOK_EVERY_MS = 20_000;
const INSTALLATION_FACT = 'installation';
const installationSchema = z.strictObject({ id: z.string() });

export interface Service extends AsyncDisposable {
  readonly store: Store;
  readonly vault: SecretVault;
  readonly audit: AuditTrail;
  readonly runs: RunService;
  readonly register: SecretRegister;
  /** Looks at the plan now. */
  look(): void;
  /** Ends runs cleanly and closes what is open. A second call does nothing. */
  stop(): Promise<void>;
}

/** Starts everything but HTTP. Nothing is open when it fails.
 *  @throws LumbungError of settings, data folder, store, master key */
export async function startService(world: ServiceWorld): Promise<Service> {
  const { settings, clock, random } = world;
  await using opening = new AsyncDisposableStack();
  opening.use(await takeDataFolder(settings.dataFolder, { pid: world.pid }));
  const store = opening.use(await Store.open(settings.database));
  const register = new SecretRegister();
  const vault = new SecretVault(store, await loadMasterKeys(settings.masterKey, random), { clock, random, register });
  const audit = await AuditTrail.open(store, { vault, clock, random });
  const queue = new EmbeddedQueue({ store, clock, random });
  const runs = new RunService({
    store,
    queue,
    clock,
    random,
    followers: [repositoryFollower, catalogueFollower({ clock }), activityFollower({ clock, random })],
    hostname: world.hostname,
    programVersion: world.programVersion,
  });
  const jitterSeed = await provideInstallation(world, { store, vault, runs });
  // Whoever did these is gone: the data folder is ours alone.
  for (const { id, state } of await listUnfinishedRuns(store.db)) if (state === 'running') await runs.lose(id);
  const [workFolder, cacheFolder] = [path.join(settings.dataFolder, 'work'), path.join(settings.dataFolder, 'cache')];
  for (const folder of [workFolder, cacheFolder]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const supervisor = new RunSupervisor({
    clock,
    hostname: world.hostname,
    username: world.username,
    programVersion: world.programVersion,
    workFolder,
    cacheFolder,
    environment: world.environment,
    execPath: world.execPath,
    priority: 'low',
  });

  const stopping = new AbortController();
  let wake = Promise.withResolvers<void>();
  const look = (): void => wake.resolve();
  const worker = new Worker({
    queue,
    runs,
    supervisor,
    resolveSecret: async (name) => new Secret((await vault.open(parseSecretId(name))).reveal()),
    clock,
    workerId: `${world.hostname}/${world.pid}/${random.bytes(6).toString('hex')}`,
    slots: SLOTS,
    onEvent: world.tell.onRunEvent,
    onEnd: (record) => {
      world.tell.onRunEnd(record);
      look();
    },
    onFault: world.tell.onFault,
  });
  const planning = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      wake = Promise.withResolvers();
      let nextAt: number | undefined;
      try {
        const result = await tick({ store, runs, clock, random, audit, jitterSeed });
        nextAt = result.nextAt;
        world.tell.onTick(result);
      } catch (error) {
        world.tell.onFault(error);
      }
      const pauseMs = Math.max(250, Math.min(LOOK_EVERY_MS, (nextAt ?? Number.POSITIVE_INFINITY) - clock.nowMs()));
      const over = new AbortController();
      await Promise.race([
        wake.promise,
        clock.sleep(pauseMs, AbortSignal.any([stopping.signal, over.signal])).catch(() => undefined),
      ]);
      over.abort();
    }
  };
  const working = Promise.all([worker.work(stopping.signal), planning()]);
  const kept = opening.move();
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    await supervisor.stop();
    await working;
    await kept.disposeAsync();
  };
  const stopOnce = (): Promise<void> => (stopped ??= stop());
  return { store, vault, audit, runs, register, look, stop: stopOnce, [Symbol.asyncDispose]: stopOnce };
}

/** What a new installation begins with; of one that is there, what may have moved since.
 *  @returns the id of the installation */
async function provideInstallation(
  world: ServiceWorld,
  parts: { readonly store: Store; readonly vault: SecretVault; readonly runs: RunService },
): Promise<string> {
  const { clock, random, settings, programFolder } = world;
  return await parts.store.transaction(async (tx) => {
    const at = clock.nowMs();
    await provideOrganisation(tx, settings.language, at);
    const { zone } = await readOrganisation(tx);
    const today = localDateOf(at, zone);
    await provideDefaultProcedure(tx, today, at);
    await provideSelfProtection(tx, today, { ...parts, settings, clock, random, programFolder });
    const known = await readFact(tx, INSTALLATION_FACT, installationSchema);
    if (known !== undefined) return known.id;
    const id = `installation_${random.bytes(10).toString('hex')}`;
    await writeFact(tx, { key: INSTALLATION_FACT, value: { id }, at });
    return id;
  });
}
