// A lockfile that `npm ci` accepts although the registry it was made at lacks packages.
//
// Tools with native code list one optional package per kind of machine. A registry that mirrors only some of them gives a
// lockfile without the rest, and `npm ci` refuses that file everywhere ("Missing: … from lock file"). Entries for the
// missing ones put it right: npm never fetches a package that is for another machine. They carry no hash, since nobody
// here has seen them; that is why only machines Lumbung is not built for may be completed.

export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface CompletedEntry extends LockEntry {
  readonly optional: true;
  readonly os: readonly string[];
  readonly cpu: readonly string[];
  readonly libc?: readonly string[];
}

type Packages = Readonly<Record<string, LockEntry>>;

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];
const BUILT_FOR = ['linux x64 glibc', 'linux arm64 glibc'];

/** The entries that `packages` lacks, by their place. None: npm ci accepts it. */
export function missingEntries(packages: Packages): Record<string, CompletedEntry> {
  const missing: Record<string, CompletedEntry> = {};
  for (const [where, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const known = { ...packages, ...missing };
      const found = findFrom(where, name, known);
      if (found !== undefined && (known[found]?.version === version || !/^\d/.test(version))) continue;
      const place = found === undefined ? `node_modules/${name}` : `${where}/node_modules/${name}`;
      missing[place] = complete(name, version, entry.dev === true);
    }
  }
  return missing;
}

/** Where Node would find `name` from the package at `where`. */
export function findFrom(where: string, name: string, packages: Readonly<Record<string, unknown>>): string | undefined {
  for (let folder = where; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (place in packages) return place;
    if (folder === '') return undefined;
  }
}

/** @throws Error when the name does not say which machine it is for, or when it is one that Lumbung is built for */
function complete(name: string, version: string, isDev: boolean): CompletedEntry {
  const parts = name.split(/[-/]/);
  const system = SYSTEMS.find((each) => parts.includes(each));
  const processor = PROCESSORS.find((each) => parts.includes(each));
  if (system === undefined || processor === undefined || !/^\d/.test(version)) {
    throw new Error(`${name}@${version} is not in the lockfile, and its name does not say which machine it is for`);
  }
  const libc = name.includes('musl') ? 'musl' : 'glibc';
  if (BUILT_FOR.includes(`${system} ${processor} ${libc}`)) {
    throw new Error(
      `${name}@${version} is not in the lockfile, but Lumbung is built for that machine: it must be installable`,
    );
  }
  return {
    version,
    cpu: [processor],
    ...(isDev ? { dev: true } : {}),
    ...(system === 'linux' ? { libc: [libc] } : {}),
    optional: true,
    os: [system],
  };
}
