// Checks the licence of every installed package against the list in licence-rules.ts. What the product needs at run time
// is what the rooms depend on, by the lockfile; the rest only developers use.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { report } from './findings.ts';
import { judgeLicences, type LicensedPackage, type LockedPackage, runtimePlaces } from './licence-rules.ts';

const root = path.dirname(import.meta.dirname);
const packages = lockedPackages();
report(judgeLicences(packages), packages.length, 'packages');

function lockedPackages(): LicensedPackage[] {
  const lock: unknown = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const packages = fields(fields(lock)['packages']);
  // npm wrote the file: what is there has the types it gives them.
  const runtime = runtimePlaces(packages as Readonly<Record<string, LockedPackage>>);
  return Object.entries(packages).flatMap(([where, entry]) => {
    const { link, version } = fields(entry);
    if (!where.includes('node_modules/') || link === true) return [];
    const manifestFile = path.join(root, where, 'package.json');
    const isInstalled = existsSync(manifestFile);
    // A binary for another machine is locked, but not installed here: the lockfile says what its package said, or nothing
    // when nobody has seen it (lockfile-rules.ts). The package that lists it is judged, and has the same authors.
    if (!isInstalled && fields(entry)['license'] === undefined) return [];
    const manifest = isInstalled ? fields(JSON.parse(readFileSync(manifestFile, 'utf8'))) : fields(entry);
    const name = where.slice(where.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return [{ name, version: String(version), licence: licenceOf(manifest), isRuntime: runtime.has(where) }];
  });
}

/** `license: "MIT"`, or the older `license: { type }` and `licenses: [{ type }]`. */
function licenceOf(manifest: Readonly<Record<string, unknown>>): string | undefined {
  const { license, licenses } = manifest;
  const stated: unknown = license ?? (Array.isArray(licenses) ? licenses[0] : undefined);
  const text = typeof stated === 'string' ? stated : fields(stated)['type'];
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
