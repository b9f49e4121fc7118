import type { ByteString } from '@lumbung/stdx';
import { byteStringOfText } from '@lumbung/stdx';
import type { z } from 'zod';
import type { ConfigReader } from '../config-reader.ts';
import { decodeText } from '../database-draft.ts';
import { LAST_WINS, parseEnvFile } from '../env/env-file.ts';
import { Environment } from '../environment.ts';
import { baseNameOf, joinPath, resolvePath } from '../paths.ts';
import type { Folder } from '../project-files.ts';
import { lineAt } from '../text-lines.ts';
import { asMap, type ComposeService, secretSchema, serviceSchema } from './compose-model.ts';
import { interpolate } from './interpolate.ts';
import { parseYaml } from './parse-yaml.ts';

// In the order of Compose itself.
const FILE_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDE_NAMES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];
const YAML_BYTES_MAX = 256 * 1024;
const SERVICES_MAX = 200;
const FILES_MAX = 10;
const ENV_FILES_MAX = 20;
const ENV_VARIABLES_MAX = 1000;
/** Of all texts of a project together: what is put in may repeat one long value many times. */
const INTERPOLATED_LENGTH_MAX = 4 * 1024 * 1024;

export interface ProjectService {
  readonly name: string;
  readonly service: ComposeService;
  /** Variables of the container, `_FILE` secrets not yet read. Null: from the shell that starts Compose. */
  readonly variables: ReadonlyMap<string, string | null>;
  /** Where the service is written. */
  readonly source: { readonly path: ByteString; readonly line: number };
}

export interface ComposeProject {
  readonly name: string;
  readonly folder: ByteString;
  readonly files: readonly ByteString[];
  readonly services: readonly ProjectService[];
  readonly secrets: ReadonlyMap<string, z.infer<typeof secretSchema>>;
  readonly environment: Environment;
}

/** The Compose files of a folder, overrides laid over, variables put in. Undefined: there is none, or it cannot be read. */
export async function loadProject(folder: Folder, reader: ConfigReader): Promise<ComposeProject | undefined> {
  const first = FILE_NAMES.find((name) => folder.entries.has(byteStringOfText(name)));
  if (first === undefined) return undefined;
  const environment = (await readDotEnv(folder.path, reader)) ?? new Environment([]);
  const override = OVERRIDE_NAMES.find((name) => folder.entries.has(byteStringOfText(name)));
  const named = environment.text('COMPOSE_FILE')?.split(environment.text('COMPOSE_PATH_SEPARATOR') ?? ':');
  const names = named ?? [first, ...(override === undefined ? [] : [override])];
  const layers: Layer[] = [];
  for (const name of names.slice(0, FILES_MAX)) {
    const layer = await readLayer(resolvePath(folder.path, byteStringOfText(name)), environment, reader);
    if (layer !== undefined) layers.push(layer);
  }
  if (!layers.some(({ data }) => asRecord(data['services']) !== undefined)) return undefined;
  const data = layers.reduce<Data>((under, { data: over }) => merge(under, over, 0), {});
  const services = await readServices(data, layers, folder.path, environment, reader);
  return {
    name: projectName(
      environment.text('COMPOSE_PROJECT_NAME') ?? asText(data['name']) ?? decodeText(baseNameOf(folder.path)).text,
    ),
    folder: folder.path,
    files: layers.map(({ path }) => path),
    services,
    secrets: readSecrets(data),
    environment,
  };
}

/** As Compose makes it of a folder's name. */
function projectName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}

type Data = Readonly<Record<string, unknown>>;
interface Layer {
  readonly path: ByteString;
  readonly text: string;
  readonly data: Data;
}

const parseComposeEnv: typeof parseEnvFile = (text, dialect) =>
  parseEnvFile(text, dialect, (value, lookup) => interpolate(value, lookup).text);

async function readDotEnv(folder: ByteString, reader: ConfigReader): Promise<Environment | undefined> {
  if (!(await reader.files.hasFile(folder, '.env'))) return undefined;
  return reader.env(joinPath(folder, '.env'), LAST_WINS, parseComposeEnv);
}

async function readLayer(path: ByteString, environment: Environment, reader: ConfigReader): Promise<Layer | undefined> {
  const bytes = await reader.text(path, YAML_BYTES_MAX);
  if (bytes === undefined) {
    reader.warn('CONFIG_MISSING', { path });
    return undefined;
  }
  const { text } = decodeText(bytes);
  const data = parseYaml(text);
  if (data === undefined) {
    reader.warn('CONFIG_INVALID', { path });
    return undefined;
  }
  if (data['include'] !== undefined) reader.warn('COMPOSE_INCLUDE_SKIPPED', { path });
  const missing = new Set<string>();
  const budget = { left: INTERPOLATED_LENGTH_MAX };
  const filled = fill(data, environment, missing, budget);
  for (const name of [...missing].slice(0, 20)) reader.warn('COMPOSE_VARIABLE_MISSING', { path, detail: name });
  return { path, text, data: asRecord(filled) ?? {} };
}

/** Variables are put into values, not into keys. What must be set and is not becomes null, which is not known. */
function fill(value: unknown, environment: Environment, missing: Set<string>, budget: { left: number }): unknown {
  if (typeof value === 'string') {
    if (!value.includes('$')) return value;
    const result = interpolate(value, (name) => {
      const found = environment.get(name);
      return found === undefined ? undefined : decodeText(found.value).text;
    });
    for (const name of result.missing) missing.add(name);
    budget.left -= result.text?.length ?? 0;
    return budget.left < 0 ? null : (result.text ?? null);
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, environment, missing, budget));
  const record = asRecord(value);
  if (record === undefined) return value;
  return Object.fromEntries(
    Object.entries(record).map(([key, item]) => [key, fill(item, environment, missing, budget)]),
  );
}

/** A later file over an earlier one: maps are joined, environments and labels by name, volumes by their target, other
 *  lists appended; anything else is replaced. */
function merge(under: Data, over: Data, depth: number): Data {
  if (depth > 20) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) merged[key] = mergeValue(key, merged[key], value, depth);
  return merged;
}

const REPLACED = new Set(['command', 'entrypoint', 'env_file']);

function mergeValue(key: string, under: unknown, over: unknown, depth: number): unknown {
  if (under === undefined || REPLACED.has(key)) return over;
  if (key === 'environment' || key === 'labels') {
    const [a, b] = [asScalars(under), asScalars(over)];
    if (a !== undefined && b !== undefined) return Object.fromEntries([...asMap(a), ...asMap(b)]);
  }
  const [underRecord, overRecord] = [asRecord(under), asRecord(over)];
  if (underRecord !== undefined && overRecord !== undefined) return merge(underRecord, overRecord, depth + 1);
  if (Array.isArray(under) && Array.isArray(over)) {
    // The library gives lists of unknown things.
    return key === 'volumes'
      ? mergeMounts(under as unknown[], over as unknown[])
      : [...(under as unknown[]), ...(over as unknown[])];
  }
  return over;
}

function asScalars(value: unknown): Parameters<typeof asMap>[0] {
  const parsed = serviceSchema.shape.environment.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

function mergeMounts(under: readonly unknown[], over: readonly unknown[]): readonly unknown[] {
  const targets = new Set(over.map(targetOf));
  return [...under.filter((mount) => !targets.has(targetOf(mount))), ...over];
}

function targetOf(mount: unknown): string {
  if (typeof mount === 'string') return mount.split(':')[1] ?? mount;
  return asText(asRecord(mount)?.['target']) ?? '';
}

function asRecord(value: unknown): Data | undefined {
  // Neither null nor a list: its keys are texts, its values are looked at one by one.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readSecrets(data: Data): ComposeProject['secrets'] {
  const secrets = new Map<string, z.infer<typeof secretSchema>>();
  for (const [name, value] of Object.entries(asRecord(data['secrets']) ?? {})) {
    const parsed = secretSchema.safeParse(value);
    if (parsed.success) secrets.set(name, parsed.data);
  }
  return secrets;
}

async function readServices(
  data: Data,
  layers: readonly Layer[],
  folder: ByteString,
  environment: Environment,
  reader: ConfigReader,
): Promise<readonly ProjectService[]> {
  const services: ProjectService[] = [];
  const envFiles = new Map<ByteString, ReadonlyMap<string, string>>();
  const raw = asRecord(data['services']) ?? {};
  for (const [name, value] of Object.entries(raw).slice(0, SERVICES_MAX)) {
    const parsed = serviceSchema.safeParse(withBase(value, raw));
    if (!parsed.success) continue;
    const service = parsed.data;
    const variables = new Map<string, string | null>();
    for (const file of service.env_file ?? []) {
      const path = resolvePath(folder, byteStringOfText(file));
      const known = envFiles.get(path);
      if (known === undefined && envFiles.size >= ENV_FILES_MAX) continue;
      const found = known ?? (await readEnvFile(path, name, reader));
      envFiles.set(path, found);
      for (const [variable, text] of found) variables.set(variable, text);
    }
    for (const [variable, given] of asMap(service.environment)) {
      variables.set(variable, given ?? environment.text(variable) ?? null);
    }
    services.push({ name, service, variables, source: sourceOf(name, layers, folder) });
  }
  return services;
}

async function readEnvFile(
  path: ByteString,
  service: string,
  reader: ConfigReader,
): Promise<ReadonlyMap<string, string>> {
  const found = await reader.env(path, LAST_WINS, parseComposeEnv);
  if (found === undefined) reader.warn('CONFIG_MISSING', { path, detail: service });
  const names = found?.names().slice(0, ENV_VARIABLES_MAX) ?? [];
  return new Map(names.map((name) => [name, found?.text(name) ?? '']));
}

/** `extends` of a service of the same project. */
function withBase(value: unknown, services: Data): unknown {
  const record = asRecord(value);
  const base = record?.['extends'];
  const name =
    asText(base) ?? (asRecord(base)?.['file'] === undefined ? asText(asRecord(base)?.['service']) : undefined);
  const under = name === undefined ? undefined : asRecord(services[name]);
  return record === undefined || under === undefined ? value : merge(under, record, 0);
}

function sourceOf(name: string, layers: readonly Layer[], folder: ByteString): ProjectService['source'] {
  for (const { path, text } of layers) {
    const at = [`\n  ${name}:`, `\n    ${name}:`, `\n  "${name}":`]
      .map((begin) => text.indexOf(begin))
      .find((found) => found >= 0);
    if (at !== undefined) return { path, line: lineAt(text, at + 1) };
  }
  return { path: layers[0]?.path ?? folder, line: 1 };
}
