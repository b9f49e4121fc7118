import type { ByteString } from '@lumbung/stdx';
import { z } from 'zod';
import type { ApplicationKind, Confidence, DiscoveredApplication, DiscoveredDatabase } from '../application.ts';
import { ConfigReader } from '../config-reader.ts';
import { decodeText } from '../database-draft.ts';
import type { Environment } from '../environment.ts';
import { type FilesOptions, filesComponent } from '../files-component.ts';
import { baseNameOf, joinPath } from '../paths.ts';
import type { PhpSurroundings } from '../php/call-function.ts';
import { bytesOfValue, type PhpValue } from '../php/value.ts';
import type { Folder, ProjectFiles } from '../project-files.ts';

/** Looks at a folder and says which application it is the root of, if any. */
export type Recogniser = (folder: Folder, files: ProjectFiles) => Promise<DiscoveredApplication | undefined>;

export interface ApplicationParts {
  readonly confidence?: Confidence;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly url?: string | undefined;
  readonly databases: readonly DiscoveredDatabase[];
  readonly files?: FilesOptions;
  readonly buckets?: DiscoveredApplication['buckets'];
  readonly redis?: DiscoveredApplication['redis'];
  readonly volumes?: DiscoveredApplication['volumes'];
  readonly services?: DiscoveredApplication['services'];
}

export function makeApplication(
  kind: ApplicationKind,
  root: ByteString,
  reader: ConfigReader,
  parts: ApplicationParts,
): DiscoveredApplication {
  const { confidence = 'high', name, version, url, databases, files, buckets = [], redis = [] } = parts;
  return {
    kind,
    name: name ?? decodeText(baseNameOf(root)).text,
    root,
    ...(version === undefined ? {} : { version }),
    confidence,
    ...(url === undefined ? {} : { url: withoutLogin(url) }),
    components: { files: filesComponent(kind, root, files), databases },
    buckets,
    redis,
    volumes: parts.volumes ?? [],
    services: parts.services ?? [],
    warnings: reader.warnings,
  };
}

function withoutLogin(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1');
}

export function surroundingsOf(environment: Environment | undefined, more: PhpSurroundings = {}): PhpSurroundings {
  return environment === undefined ? more : { ...more, environment: (name) => environment.get(name) };
}

export function textOfValue(value: PhpValue | undefined): string | undefined {
  const bytes = bytesOfValue(value);
  return bytes === undefined || bytes === '' ? undefined : decodeText(bytes).text;
}

const composerSchema = z.object({
  name: z.string().optional(),
  // An empty object is written as `[]` by PHP.
  require: z.union([z.record(z.string(), z.string()), z.array(z.unknown())]).optional(),
});

/** Packages that a `composer.json` requires, with their versions; empty: there is none. */
export async function composerRequires(folder: Folder, reader: ConfigReader): Promise<ReadonlyMap<string, string>> {
  // Lower case ASCII names are byte strings.
  if (folder.entries.get('composer.json' as ByteString) !== 'file') return new Map();
  const composer = await reader.json(joinPath(folder.path, 'composer.json'), composerSchema);
  const required = composer?.require;
  return new Map(required === undefined || Array.isArray(required) ? [] : Object.entries(required));
}

export function has(folder: Folder, name: string): boolean {
  return folder.entries.has(name as ByteString); // the names asked for are ASCII
}

export function newReader(files: ProjectFiles): ConfigReader {
  return new ConfigReader(files);
}
