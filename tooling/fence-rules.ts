// Judges the house against its map. Every finding is one sentence that names the file, the line, and what to do.
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { findCycles } from './find-cycles.ts';
import type { House, HouseMap, RoomOnDisk } from './read-house.ts';
import { type Import, isSourceFile, type Module } from './read-modules.ts';
import { outside, type Room, type Storey } from './rooms.mjs';

/** All findings, in the order of the map. None: the house is as drawn. */
export function judgeHouse(house: House, map: HouseMap): string[] {
  const judge = new Judge(house, map);
  return [...judge.map(), ...house.rooms.flatMap((room) => judge.room(room)), ...judge.cycles()];
}

/** Where an import leads. */
type Target =
  | { readonly kind: 'builtin' }
  | { readonly kind: 'file'; readonly room: RoomOnDisk; readonly file: string }
  | { readonly kind: 'door'; readonly room: RoomOnDisk; readonly door: string; readonly file: string | undefined }
  | { readonly kind: 'library'; readonly name: string }
  | { readonly kind: 'nowhere' };

const isTestFile = (file: string): boolean => file.endsWith('.test.ts');
const isTestKit = (file: string): boolean => file.includes('/testing/');
const isForTests = (file: string): boolean => isTestFile(file) || isTestKit(file) || file.startsWith('tests/');
const isUnder = (file: string, place: string): boolean =>
  place === '.' || file === place || file.startsWith(place.endsWith('/') ? place : `${place}/`);

class Judge {
  readonly #house: House;
  readonly #map: HouseMap;
  readonly #roomOfPackage: ReadonlyMap<string, RoomOnDisk>;
  readonly #files: ReadonlySet<string>;

  constructor(house: House, map: HouseMap) {
    this.#house = house;
    this.#map = map;
    this.#roomOfPackage = new Map(
      house.rooms.flatMap((room) => (room.manifest === undefined ? [] : [[room.manifest.name, room] as const])),
    );
    this.#files = new Set(house.rooms.flatMap((room) => room.modules.map((module) => module.file)));
  }

  /** Is the map itself true, and does it only point down? */
  map(): string[] {
    const storeyOf = new Map(this.#map.rooms.map((room) => [room.path, room.storey]));
    const offTheMap = this.#house.foldersOffTheMap.map(
      (folder) => `${folder} is not on the map: add the room to tooling/rooms.mjs, with what it gives and may import.`,
    );
    const upward = this.#map.rooms.flatMap((room) =>
      Object.keys(room.mayImport)
        .filter((target) => room.storey !== outside && (storeyOf.get(target) ?? outside) >= room.storey)
        .map(
          (target) =>
            `tooling/rooms.mjs lets ${room.path} import ${target}, which is not below it: imports only point down.`,
        ),
    );
    const untrue = this.#house.rooms.flatMap(({ room, modules }) => {
      if (room.planned === true && modules.length > 0) {
        return [`${room.path} is built now: take its "planned" away in tooling/rooms.mjs.`];
      }
      if (room.planned !== true && modules.length === 0) {
        return [`${room.path} is on the map but has no modules: write it, or mark it "planned" in tooling/rooms.mjs.`];
      }
      return [];
    });
    return [...offTheMap, ...upward, ...untrue];
  }

  room(room: RoomOnDisk): string[] {
    return [
      ...this.#manifest(room),
      ...room.modules.flatMap((module) => [
        ...this.#place(room, module),
        ...module.imports.flatMap((entry) => {
          const problem = this.#import(room, module.file, entry);
          return problem === undefined ? [] : [`${module.file}:${entry.line}: ${problem}`];
        }),
        ...this.#bans(module),
      ]),
    ];
  }

  cycles(): string[] {
    return this.#house.rooms.flatMap((room) => {
      const edges = new Map(
        room.modules
          .filter((module) => !isForTests(module.file))
          .map((module) => [module.file, this.#neighbours(room, module)] as const),
      );
      return findCycles(edges).map(
        (cycle) =>
          `${cycle[0]}: ${[...cycle, cycle[0]].join(' → ')} is a circle: move what both ends need into a file below them.`,
      );
    });
  }

  /** Types alone cannot deadlock a module's start, so that a type-only import does not close a circle. */
  #neighbours(room: RoomOnDisk, module: Module): string[] {
    return module.imports
      .filter((entry) => !entry.isTypeOnly)
      .flatMap((entry) => {
        const target = this.#resolve(module.file, entry.specifier);
        return target.kind === 'file' && target.room === room ? [target.file] : [];
      });
  }

  #manifest({ room, manifest }: RoomOnDisk): string[] {
    return (manifest?.dependencies ?? []).flatMap((name) => {
      const target = this.#roomOfPackage.get(name);
      if (target === undefined ? name in room.externals : target.room.path in room.mayImport) return [];
      return [
        `${room.path}/package.json: ${room.path} may not depend on ${name}: see tooling/rooms.mjs, or take it out.`,
      ];
    });
  }

  #place({ room }: RoomOnDisk, { file }: Module): string[] {
    if (room.storeys === undefined || isTestFile(file) || isTestKit(file)) return [];
    if (file === `${room.path}/src/index.ts` || storeyOf(room.path, room.storeys, file) !== undefined) return [];
    return [
      `${file}:1: the file is on no storey of ${room.path}: move it into one, or add the storey to tooling/rooms.mjs.`,
    ];
  }

  #import(from: RoomOnDisk, file: string, entry: Import): string | undefined {
    const target = this.#resolve(file, entry.specifier);
    switch (target.kind) {
      case 'builtin':
        return builtinProblem(from.room, file, entry.specifier);
      case 'library':
        return this.#library(from, file, target.name);
      case 'door':
        return this.#door(from, file, target, entry.specifier);
      case 'file':
        return this.#file(from, file, target, entry.specifier);
      case 'nowhere':
        return `'${entry.specifier}' leads to no module of the house: correct the path (with its .ts).`;
    }
  }

  #library(from: RoomOnDisk, file: string, name: string): string | undefined {
    const { room } = from;
    const manifest = from.manifest ?? this.#house.rootManifest;
    if (this.#map.testExternals.includes(name)) {
      if (room.storey === outside || isForTests(file)) return undefined;
      return `'${name}' is for tests: only *.test.ts files and testing/ folders may import it.`;
    }
    if (!manifest.dependencies.includes(name)) {
      return `'${name}' is not declared: add it to ${from.manifest === undefined ? '' : `${room.path}/`}package.json, or do without.`;
    }
    const places = room.externals[name];
    if (places === undefined) {
      return `${room.path} may not import the library '${name}': add it to the room's externals in tooling/rooms.mjs with the one folder that needs it.`;
    }
    if (isForTests(file) || places.some((place) => isUnder(file, within(room.path, place)))) return undefined;
    return `only ${places.map((place) => within(room.path, place)).join(', ')} may import '${name}': ask that folder for what you need.`;
  }

  #door(
    from: RoomOnDisk,
    file: string,
    target: { room: RoomOnDisk; door: string; file: string | undefined },
    specifier: string,
  ): string | undefined {
    const { room } = from;
    const other = target.room.room;
    if (target.file === undefined) {
      return `'${specifier}' reaches into ${other.path}: import one of its doors (${doorsOf(target.room)}).`;
    }
    if (from !== target.room) {
      const doors = room.mayImport[other.path];
      if (doors === undefined) return `${room.path} may not import ${other.path}: ${allowed(room.mayImport)}.`;
      const isOpen = isForTests(file) || doors.includes(target.door);
      if (!isOpen && isTestDoor(target.door)) return `'${specifier}' is for tests: the product may not stand on it.`;
      if (!isOpen) {
        return `${room.path} may use only ${doors.map((door) => other.path + door.slice(1)).join(' and ')}, not '${specifier}': have it handed in by whoever opens it.`;
      }
      const isDeclared = (from.manifest ?? this.#house.rootManifest).dependencies.includes(
        target.room.manifest?.name ?? '',
      );
      if (!isDeclared && from.manifest !== undefined) {
        return `'${target.room.manifest?.name ?? ''}' is not declared: add it to ${room.path}/package.json.`;
      }
      return undefined;
    }
    // A room's own door: fine in its tests, a circle through index.ts elsewhere.
    return isForTests(file)
      ? undefined
      : `a room does not go through its own door: import the file itself, not '${specifier}'.`;
  }

  #file(
    from: RoomOnDisk,
    file: string,
    target: { room: RoomOnDisk; file: string },
    specifier: string,
  ): string | undefined {
    const { room } = from;
    const other = target.room.room;
    if (from !== target.room) {
      if (other.path in room.mayImport && target.room.manifest === undefined) return undefined;
      const isCommandLine = room.path === 'bin' && target.file === 'apps/cli/src/main.ts';
      // A test may run the developers' programs, such as the one that builds what it tests.
      const isProgramOfATest = isForTests(file) && other.storey === outside;
      if (isCommandLine || isProgramOfATest || room.path === 'tests') return undefined;
      if (target.room.manifest === undefined)
        return `'${specifier}' reaches out of ${room.path} into ${other.path}: the product does not stand on it.`;
      return `'${specifier}' reaches into ${other.path}: import one of its doors (${doorsOf(target.room)}).`;
    }
    if (!isForTests(file) && isForTests(target.file))
      return `'${specifier}' is for tests: the product may not stand on it.`;
    return room.storeys === undefined ? undefined : this.#storey(room, room.storeys, file, target.file);
  }

  #storey(room: Room, storeys: readonly Storey[], file: string, targetFile: string): string | undefined {
    const roomPath = room.path;
    const [here, there] = [storeyOf(roomPath, storeys, file), storeyOf(roomPath, storeys, targetFile)];
    if (isTestKit(file) || isTestFile(file) || here === undefined) return undefined;
    const shortName = roomPath.split('/').at(-1) ?? roomPath;
    if (there === undefined) {
      return `${shortName}/${storeys[here]?.name} may not import ${targetFile}: a storey imports only storeys below it.`;
    }
    const names = [storeys[here]?.name ?? '', storeys[there]?.name ?? ''];
    if (here !== there && names.every((name) => room.strangers?.includes(name))) {
      return `${shortName}/${names[0]} may not import ${shortName}/${names[1]}: they are strangers; move what both need down, or have it handed in.`;
    }
    if (there <= here) return undefined;
    return `${shortName}/${storeys[here]?.name} may not import ${shortName}/${storeys[there]?.name}, which is above it: move what both need down, or have it handed in.`;
  }

  #bans({ file, uses, imports }: Module): string[] {
    return this.#map.bans.flatMap((ban) => {
      const isExempt = (ban.testsMayUse && isForTests(file)) || ban.homes.some((home) => isUnder(file, home.path));
      if (isExempt) return [];
      const found = [
        ...uses.filter((use) => ban.uses.includes(use.name)),
        ...imports
          .filter((entry) => !entry.isTypeOnly && ban.uses.includes(entry.specifier))
          .map((entry) => ({ name: entry.specifier, line: entry.line })),
      ];
      const sentences = found.map(({ name, line }) => `${file}:${line}: ${name} is ${ban.what}: ${ban.instead}.`);
      return [...new Set(sentences)];
    });
  }

  #resolve(file: string, specifier: string): Target {
    if (specifier.startsWith('.')) return this.#byPath(path.posix.join(path.posix.dirname(file), specifier));
    if (isBuiltin(specifier)) return { kind: 'builtin' };
    const [scope = '', rest = '', ...more] = specifier.split('/');
    const name = scope.startsWith('@') ? `${scope}/${rest}` : scope;
    const room = this.#roomOfPackage.get(name);
    if (room === undefined) return { kind: 'library', name };
    const door = specifier === name ? '.' : `./${(scope.startsWith('@') ? more : [rest, ...more]).join('/')}`;
    return { kind: 'door', room, door, file: room.manifest?.exports[door] };
  }

  #byPath(file: string): Target {
    // Data (JSON, WebAssembly) is a file of its room like any other, only not one that is parsed.
    if (isSourceFile(file) && !this.#files.has(file)) return { kind: 'nowhere' };
    const room = this.#house.rooms.find((candidate) => isUnder(file, candidate.room.path));
    return room === undefined ? { kind: 'nowhere' } : { kind: 'file', room, file };
  }
}

function builtinProblem(room: Room, file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('node:')) return `write 'node:${specifier}', so that nobody takes it for a package.`;
  const isAllowed = isForTests(file) || room.node.some((place) => isUnder(file, within(room.path, place)));
  if (isAllowed) return undefined;
  return `${room.path} must run in a browser, so it may not import '${specifier}': have what it gives handed in, or move the file to ${
    room.node[0] === undefined ? 'another room' : within(room.path, room.node[0])
  }.`;
}

function storeyOf(roomPath: string, storeys: readonly Storey[], file: string): number | undefined {
  const index = storeys.findIndex(({ name }) => isUnder(file, `${roomPath}/src/${name}`));
  return index === -1 ? undefined : index;
}

const within = (roomPath: string, place: string): string => (place === '.' ? roomPath : `${roomPath}/${place}`);
const isTestDoor = (door: string): boolean => door === './testing';
const doorsOf = (room: RoomOnDisk): string =>
  Object.keys(room.manifest?.exports ?? {})
    .map((door) => `${room.manifest?.name ?? ''}${door.slice(1)}`)
    .join(', ');

function allowed(mayImport: Readonly<Record<string, readonly string[]>>): string {
  const names = Object.keys(mayImport);
  return names.length === 0 ? 'it stands on nothing' : `it stands on ${names.join(', ')} alone`;
}
