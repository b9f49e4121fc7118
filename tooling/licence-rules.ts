// Which licences the house accepts, and how it reads what packages say.
import { findFrom } from './lockfile-rules.ts';

/** In the product: permissive only, so that an office may pass Lumbung on without asking anyone. */
const RUNTIME_LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/** In tools that are never passed on: weak copyleft too. */
const DEVELOPMENT_LICENCES = new Set(['MPL-2.0', 'CC-BY-4.0', 'CC-BY-3.0']);

/** What the lockfile says of one package. */
export interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Places of what the product needs at run time: reached from the root and the rooms without a step through something that
 *  only developers need, or that a library could also work with (vitest, for one that brings a kit for tests). */
export function runtimePlaces(packages: Readonly<Record<string, LockedPackage>>): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = Object.keys(packages).filter((where) => !where.includes('node_modules/'));
  for (let where = waiting.pop(); where !== undefined; where = waiting.pop()) {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[where] ?? {};
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta?.[name]?.optional !== true);
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const place = findFrom(where, name, packages);
      if (place === undefined || reached.has(place)) continue;
      reached.add(place);
      waiting.push(place);
    }
  }
  return reached;
}

export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; undefined when the package does not say. */
  readonly licence: string | undefined;
  readonly isRuntime: boolean;
}

/** A sentence per package whose licence is missing or not accepted where the package is used. */
export function judgeLicences(packages: readonly LicensedPackage[]): string[] {
  return packages.flatMap(({ name, version, licence, isRuntime }) => {
    if (licence === undefined)
      return [`${name}@${version} says no licence: read its files and decide, or do without it.`];
    const isAccepted = (id: string): boolean =>
      RUNTIME_LICENCES.has(id) || (!isRuntime && DEVELOPMENT_LICENCES.has(id));
    if (holds(licence, isAccepted)) return [];
    const where = isRuntime ? 'the product' : 'the tools';
    return [
      `${name}@${version} is ${licence}, which ${where} may not contain: replace it, or decide in docs/decisions and add it to tooling/licence-rules.ts.`,
    ];
  });
}

/** Is an SPDX expression satisfied? `OR` needs one side, `AND` both; OR binds weaker than AND. */
function holds(expression: string, isAccepted: (id: string) => boolean): boolean {
  const tokens = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const either = (): boolean => {
    let result = both();
    while (tokens[at] === 'OR') {
      at++;
      const right = both();
      result ||= right;
    }
    return result;
  };
  const both = (): boolean => {
    let result = single();
    while (tokens[at] === 'AND') {
      at++;
      const right = single();
      result &&= right;
    }
    return result;
  };
  const single = (): boolean => {
    const token = tokens[at++];
    if (token !== '(') return token !== undefined && isAccepted(token);
    const inner = either();
    return tokens[at++] === ')' && inner;
  };
  return either() && at === tokens.length;
}
