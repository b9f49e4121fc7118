/** Room for a suffix below the 255 bytes that file systems give a name. */
const LENGTH_MAX = 200;
const PREFIX_LENGTH = 160;
/** Windows opens a device when a file has such a name, whatever its case. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * The name of a table, schema or file as one component of a path that every file system takes: its UTF-8 bytes outside
 * `[A-Za-z0-9_-]` as `%XX`. Never empty, `.` or `..`; at most 200 characters. Names that differ give components that
 * differ, except for lone surrogates and for long names whose 64-bit hashes are equal; components may differ by case
 * alone. `uniqueComponents` sets both right. Only the manifest leads back to the name.
 */
export function encodeComponent(name: string): string {
  // No name ends in a lone percent sign otherwise.
  if (name === '') return '%';
  let encoded = '';
  for (const byte of Buffer.from(name, 'utf8')) encoded += isPlain(byte) ? String.fromCharCode(byte) : percent(byte);
  if (DEVICE.test(encoded)) return `${percent(encoded.charCodeAt(0))}${encoded.slice(1)}`;
  if (encoded.length <= LENGTH_MAX) return encoded;
  // Not within %XX, which would leave a component that cannot be told from another.
  const prefix = encoded.slice(0, PREFIX_LENGTH).replace(/%.?$/, '');
  return `${prefix}~${hash64(encoded)}`;
}

/**
 * A component for every name, so that no two are equal, not even where case does not count: of `User` and `user` the
 * second in code unit order becomes `user~1`. Depends on the set of names alone, not on their order.
 */
export function uniqueComponents(names: Iterable<string>): ReadonlyMap<string, string> {
  const components = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of [...new Set(names)].sort()) {
    const wanted = encodeComponent(name);
    let component = wanted;
    for (let suffix = 1; taken.has(component.toLowerCase()); suffix++) component = `${wanted}~${suffix}`;
    taken.add(component.toLowerCase());
    components.set(name, component);
  }
  return components;
}

function isPlain(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x5f ||
    byte === 0x2d
  );
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** FNV-1a, which is enough to keep long names apart: uniqueness does not rest on it. */
function hash64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
