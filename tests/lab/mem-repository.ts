import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MemBackend } from '@lumbung/backend/mem';
import { REPOSITORY_LAYOUT } from '@lumbung/engine';
import { createTestRepository } from '@lumbung/engine/testing';

/** A new repository in memory. Other seeds give other repositories. */
export async function makeMemRepository(seed: number): Promise<MemBackend> {
  const backend = new MemBackend({ layout: REPOSITORY_LAYOUT });
  await createTestRepository({ backend, seed });
  return backend;
}

/** Writes it to disk as a local repository, for a stock client. */
export function writeOut(backend: MemBackend, folder: string): void {
  for (const name of REPOSITORY_LAYOUT.folders) mkdirSync(path.join(folder, name), { recursive: true });
  for (const [name, bytes] of backend.files()) {
    const [parent = '', base] = name.split('/');
    const isSharded = base !== undefined && REPOSITORY_LAYOUT.shardedFolders.includes(parent);
    const file = isSharded ? path.join(folder, parent, base.slice(0, 2), base) : path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}
