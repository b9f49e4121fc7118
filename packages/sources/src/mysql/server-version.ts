export interface ServerVersion {
  readonly vendor: 'mysql' | 'mariadb';
  /** As people call it. */
  readonly product: string;
  /** As the server says it, without what follows the numbers. */
  readonly version: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** `VERSION()` and `@@version_comment` of a server, or the version line of a tool. */
export function parseServerVersion(version: string, comment: string): ServerVersion {
  const isMariadb = /mariadb/i.test(version) || /mariadb/i.test(comment);
  const numbers = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version.replace(/^5\.5\.5-(?=\d+\.\d+)/, ''));
  const [major, minor, patch] = [numbers?.[1], numbers?.[2], numbers?.[3]].map((part) => Number(part ?? 0));
  const product = isMariadb ? 'MariaDB' : /percona/i.test(comment) ? 'Percona Server' : 'MySQL';
  return {
    vendor: isMariadb ? 'mariadb' : 'mysql',
    product,
    version: numbers?.[0] ?? version.slice(0, 100),
    major: major ?? 0,
    minor: minor ?? 0,
    patch: patch ?? 0,
  };
}

/** True when the version is `major.minor.patch` or later. */
export function isAtLeast(version: ServerVersion, major: number, minor: number, patch = 0): boolean {
  if (version.major !== major) return version.major > major;
  return version.minor === minor ? version.patch >= patch : version.minor > minor;
}
