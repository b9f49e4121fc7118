import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex, tableDigest } from '../../manifest/digest.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { parseManifest, printManifest } from '../../manifest/manifest-file.ts';

/** A copy of a stored dump in which a file is another of the same length, as its manifest then says. */
export async function alteredTree(
  folder: string,
  file: string,
  change: (content: string) => string,
  changeManifest: (manifest: Manifest) => void = () => {},
): Promise<string> {
  const copy = `${folder}-altered-${sha256Hex(`${file}${change.toString()}${changeManifest.toString()}`).slice(0, 8)}`;
  await cp(folder, copy, { recursive: true });
  const before = await readFile(path.join(copy, file), 'latin1');
  const after = change(before);
  if (after === before && changeManifest.length === 0) throw new Error(`${file} did not change`);
  if (after.length !== before.length) throw new Error(`${file} has another length now`);
  await writeFile(path.join(copy, file), after, 'latin1');
  const manifest = parseManifest(await readFile(path.join(copy, 'manifest.json')));
  const sha256 = sha256Hex(Buffer.from(after, 'latin1'));
  for (const each of manifest.files) if (each.path === file) each.sha256 = sha256;
  for (const table of manifest.tables) {
    for (const segment of table.segments) if (segment.path === file) segment.sha256 = sha256;
    table.sha256 = tableDigest(table.segments);
  }
  changeManifest(manifest);
  await writeFile(path.join(copy, 'manifest.json'), printManifest(manifest).bytes);
  return copy;
}
