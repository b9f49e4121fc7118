// The house on disk: every room of the map with its manifest and its modules.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { listSourceFiles, type Module, readModule } from './read-modules.ts';
import type { Ban, Room } from './rooms.mjs';

/** The map as data. A test may hand in a smaller one. */
export interface HouseMap {
  readonly rooms: readonly Room[];
  readonly testExternals: readonly string[];
  readonly bans: readonly Ban[];
}

export interface Manifest {
  readonly name: string;
  /** Door → file, both as written: `./testing` → `./src/testing/index.ts`. */
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: readonly string[];
}

export interface RoomOnDisk {
  readonly room: Room;
  /** Undefined for rooms without a package.json of their own: they stand on the root's. */
  readonly manifest: Manifest | undefined;
  readonly modules: readonly Module[];
}

export interface House {
  readonly rootManifest: Manifest;
  readonly rooms: readonly RoomOnDisk[];
  /** Folders under packages/ and apps/ that the map does not know. */
  readonly foldersOffTheMap: readonly string[];
}

export function readHouse(root: string, map: HouseMap): House {
  const rootManifest = readManifest(path.join(root, 'package.json'));
  if (rootManifest === undefined) throw new Error(`there is no package.json in ${root}`);
  const known = new Set(map.rooms.map((room) => room.path));
  return {
    rootManifest,
    rooms: map.rooms.map((room) => ({
      room,
      manifest: readManifest(path.join(root, room.path, 'package.json')),
      modules: listSourceFiles(root, room.path).map((file) => readModule(root, file)),
    })),
    foldersOffTheMap: ['packages', 'apps']
      .flatMap((parent) => foldersIn(root, parent))
      .filter((folder) => !known.has(folder)),
  };
}

function foldersIn(root: string, parent: string): string[] {
  const folder = path.join(root, parent);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`);
}

function readManifest(file: string): Manifest | undefined {
  if (!existsSync(file)) return undefined;
  const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof json !== 'object' || json === null) throw new Error(`${file} is not a JSON object`);
  const field = (name: string): Record<string, unknown> => {
    const value: unknown = Reflect.get(json, name);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  };
  const name: unknown = Reflect.get(json, 'name');
  return {
    name: typeof name === 'string' ? name : '',
    exports: Object.fromEntries(Object.entries(field('exports')).map(([door, target]) => [door, String(target)])),
    dependencies: ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.keys(field(kind)),
    ),
  };
}
