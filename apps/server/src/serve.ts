// `lumbung serve`: the service and its door, from the first line of the log to the last.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Language, RunEvent } from '@lumbung/contracts';
import { type Clock, describeError, isLumbungError, type Random } from '@lumbung/stdx';
import { z } from 'zod';
import { everyRoute } from './api/every-route.ts';
import { type ListenAddress, type LogLevel, parseSettings, type ServerSettings } from './config/settings.ts';
import { trustedProxies } from './http/client-address.ts';
import { createApp, type RequestLogEntry } from './http/create-app.ts';
import { StoredIdempotency } from './http/idempotency-store.ts';
import { type Listening, listen } from './http/listen.ts';
import { createMetrics } from './http/metrics.ts';
import { listStaticFiles } from './http/static-files.ts';
import { systemRoutes } from './http/system-routes.ts';
import { createAccess } from './modules/access/index.ts';
import { findDestination } from './modules/destinations/index.ts';
import { writeRecoveryKit } from './self-protection/recovery-kit.ts';
import { FIRST_DESTINATION } from './self-protection/self-protection.ts';
import { type Service, startService } from './service.ts';

export interface ServeWorld {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly pid: number;
  readonly hostname: string;
  readonly username: string;
  readonly execPath: string;
  /** Where this Lumbung lies. */
  readonly programFolder: string;
  readonly write: (line: string) => void;
  readonly stopping: AbortSignal;
}

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];
/** How long answers that are under way may take when the service ends. */
const LAST_ANSWERS_MS = 5_000;
/** The pages, where they were built. */
const WEB_FOLDER = 'apps/web/dist';
/** sysexits.h: EX_CONFIG and EX_SOFTWARE. */
const EXIT = { ended: 0, failed: 70, settings: 78 } as const;

/** Runs until `stopping` is aborted. @returns the exit code */
export async function serve(world: ServeWorld): Promise<number> {
  let settings: ServerSettings;
  try {
    settings = parseSettings(world.variables, world.workingDirectory);
  } catch (error) {
    world.write(`${describeFault(error)}\n`);
    return EXIT.settings;
  }
  const log = logger(world, settings.logLevel);
  try {
    await serveWith(world, settings, log);
    return EXIT.ended;
  } catch (error) {
    log('error', 'the service ended', faultOf(error));
    return EXIT.failed;
  }
}

async function serveWith(world: ServeWorld, settings: ServerSettings, log: Log): Promise<void> {
  const { clock, random } = world;
  const version = await readVersion(world.programFolder);
  await using service = await startService({
    settings,
    clock,
    random,
    pid: world.pid,
    hostname: world.hostname,
    username: world.username,
    programVersion: `lumbung ${version}`,
    programFolder: world.programFolder,
    environment: world.variables,
    execPath: world.execPath,
    tell: {
      onRunEvent: (runId, event) => {
        if (isWorthALine(event)) log('debug', `run ${event.kind}`, { runId, event });
      },
      onRunEnd: ({ runId, kind, outcome, ...record }) =>
        log(outcome === 'succeeded' ? 'info' : 'warn', `run ${outcome}`, {
          runId,
          kind,
          durationMs: Math.round(record.durationMs),
          ...('error' in record ? { error: record.error } : {}),
        }),
      onTick: ({ today, prepared, backedUp, reported }) => {
        if (prepared + backedUp > 0) log('info', 'work was asked for', { today, prepared, backedUp });
        for (const date of reported) log('info', 'the day was reported', { date });
      },
      onFault: (error) => log('error', 'something failed', faultOf(error)),
    },
  });
  log.redactWith((text) => service.register.redact(text));
  const listening = await openDoor(service, { world, settings, version, log });
  try {
    await announce(service, { settings, log });
    await aborted(world.stopping);
    log('info', 'ending', {});
  } finally {
    await listening.close(LAST_ANSWERS_MS);
  }
}

interface DoorParts {
  readonly world: ServeWorld;
  readonly settings: ServerSettings;
  readonly version: string;
  readonly log: Log;
}

async function openDoor(service: Service, { world, settings, version, log }: DoorParts): Promise<Listening> {
  const { clock, random } = world;
  const { store, audit, vault } = service;
  const baseUrl = settings.baseUrl === undefined ? undefined : new URL(settings.baseUrl);
  const access = await createAccess({
    store,
    audit,
    vault,
    clock,
    random,
    baseUrl,
    secondFactorFor: ['admin'],
    providers: [],
  });
  const code = await access.setup.begin();
  if (code !== undefined) log('info', 'nobody has an account yet: the code for the first one', { code });
  const routes = everyRoute({ access });
  const readiness = async (): Promise<Readonly<Record<string, boolean>>> => ({
    store: (await store.db.selectFrom('organisation').select('id').executeTakeFirst()) !== undefined,
  });
  const staticFiles = await listStaticFiles(path.join(world.programFolder, WEB_FOLDER));
  const app = createApp({
    clock,
    random,
    hosts: { baseUrl, alsoKnownAs: [] },
    trustedProxies: trustedProxies([]),
    authenticator: access.authenticator,
    idempotency: new StoredIdempotency(store),
    log: (entry) => logRequest(log, entry),
    language: settings.language,
    ...(staticFiles === undefined ? {} : { staticFiles }),
    routes: [...routes, ...systemRoutes({ version, metrics: createMetrics(), readiness }, routes)],
  });
  const listening = await listen(app, { at: settings.listen, clock });
  log('info', 'listening', { address: shownAddress(settings.listen, listening.port) });
  return listening;
}

function shownAddress(at: ListenAddress, port: number): string {
  if (at.kind === 'socket') return at.path;
  return `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}/`;
}

/** Where the copies of the first hour are and how they are read, while nobody has said that it is kept elsewhere. */
async function announce(
  service: Service,
  parts: { readonly settings: ServerSettings; readonly log: Log },
): Promise<void> {
  const { settings, log } = parts;
  const destination = await findDestination(service.store.db, FIRST_DESTINATION);
  if (typeof destination?.secret_id !== 'string') return;
  const file = await writeRecoveryKit(settings.dataFolder, {
    address: destination.address,
    password: (await service.vault.open(destination.secret_id)).reveal(),
    language: settings.language satisfies Language,
  });
  log('info', 'the recovery kit: print it, keep it elsewhere, then delete the file', { file });
}

function isWorthALine({ kind }: RunEvent): boolean {
  return kind !== 'progress';
}

function logRequest(log: Log, { status, fault, ...entry }: RequestLogEntry): void {
  const level = status >= 500 ? 'error' : status >= 400 ? 'info' : 'debug';
  log(level, 'request', { ...entry, status, ...(fault === undefined ? {} : { fault }) });
}

interface Log {
  (level: LogLevel, message: string, values: Readonly<Record<string, unknown>>): void;
  /** From now on every line goes through this. */
  redactWith(redact: (text: string) => string): void;
}

/** A JSON object a line. */
function logger({ clock, write }: ServeWorld, levelMin: LogLevel): Log {
  let redact = (text: string): string => text;
  const log = (level: LogLevel, message: string, values: Readonly<Record<string, unknown>>): void => {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(levelMin)) return;
    const at = new Date(clock.nowMs()).toISOString();
    write(`${redact(JSON.stringify({ at, level, message, ...values }))}\n`);
  };
  return Object.assign(log, {
    redactWith: (next: (text: string) => string) => {
      redact = next;
    },
  });
}

function faultOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!isLumbungError(error)) return { fault: error instanceof Error ? error.stack : describeError(error) };
  const { code, kind, message, hint, context, cause } = error;
  return { code, kind, fault: message, hint, context, ...(cause === undefined ? {} : { cause: describeError(cause) }) };
}

function describeFault(error: unknown): string {
  return isLumbungError(error) && error.hint !== undefined ? `${error.message}; ${error.hint}` : describeError(error);
}

async function readVersion(programFolder: string): Promise<string> {
  const text = await readFile(path.join(programFolder, 'package.json'), 'utf8');
  return z.looseObject({ version: z.string() }).parse(JSON.parse(text)).version;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
