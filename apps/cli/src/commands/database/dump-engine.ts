import { DATABASE_ENGINES, type DatabaseEngine, type StoredDump } from '@lumbung/runner/databases';
import { assert } from '@lumbung/stdx';
import { shownText } from '../../shown-name.ts';

export function engineOf({ folder }: Pick<StoredDump, 'folder'>): DatabaseEngine {
  const engine = DATABASE_ENGINES.find((one) => folder.startsWith(`${one}/`));
  assert(engine !== undefined, 'a dump was found by the engine in its path');
  return engine;
}

/** What a dump is of, as people wrote it: its folder has names percent-encoded. Long names end in a hash there. */
export function shownDump(folder: string): { readonly server: string; readonly database: string } {
  const [engine = '', server = '', database = ''] = folder.split('/').map(decoded);
  return { server: shownText(`${engine} ${server}`), database: shownText(database) };
}

function decoded(component: string): string {
  try {
    return decodeURIComponent(component);
  } catch {
    return component; // a tag and a path that somebody else made
  }
}
