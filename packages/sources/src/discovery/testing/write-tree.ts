import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ByteString, byteStringOfText } from '@lumbung/stdx';

/** A file's text or bytes, a link, or an SQLite database with a table in it, by its path. */
export type TreeFileContent = string | Buffer | { readonly link: string } | { readonly sqlite: true };
export type Tree = Readonly<Record<string, TreeFileContent>>;

export interface WrittenTree extends AsyncDisposable {
  readonly folder: string;
  readonly root: ByteString;
  path(...names: readonly string[]): ByteString;
}

/** Writes files into a private folder that is removed when the test is done with it. */
export async function writeTree(tree: Tree): Promise<WrittenTree> {
  const folder = await mkdtemp(join(tmpdir(), 'lumbung-discovery-'));
  for (const [name, content] of Object.entries(tree)) await writeOne(join(folder, name), content);
  return {
    folder,
    root: byteStringOfText(folder),
    path: (...names) => byteStringOfText(join(folder, ...names)),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeOne(path: string, content: TreeFileContent): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (typeof content === 'string' || Buffer.isBuffer(content)) await writeFile(path, content);
  else if ('link' in content) await symlink(content.link, path);
  else {
    const database = new DatabaseSync(path);
    database.exec(
      "CREATE TABLE pegawai (id INTEGER PRIMARY KEY, nama TEXT); INSERT INTO pegawai (nama) VALUES ('Sari')",
    );
    database.close();
  }
}

/** The tree within a folder. */
export function within(folder: string, tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([name, content]) => [`${folder}/${name}`, content]));
}
