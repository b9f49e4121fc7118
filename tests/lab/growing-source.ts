import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SeededRandom } from '@lumbung/engine/testing';

export interface GrowingSource {
  readonly folder: string;
  /** Adds files, replaces some and removes some. Every step gives other contents. */
  grow(): void;
}

/** A small folder that changes: about 1.5 MiB a step, so that forgetting a step leaves packs half used. */
export function makeGrowingSource(parent: string, options: { readonly fileBytes?: number } = {}): GrowingSource {
  const { fileBytes = 250_000 } = options;
  const folder = path.join(parent, 'source');
  const random = new SeededRandom(9);
  let step = 0;
  return {
    folder,
    grow: () => {
      const inner = path.join(folder, `step ${step}`, 'inner');
      mkdirSync(inner, { recursive: true });
      for (let fileIdx = 0; fileIdx < 4; fileIdx += 1) {
        writeFileSync(path.join(inner, `${step}-${fileIdx}.${fileIdx}`), random.bytes(fileBytes));
      }
      writeFileSync(path.join(folder, 'always-new.1'), random.bytes(fileBytes));
      writeFileSync(path.join(folder, 'text.1'), `step ${step}\n`.repeat(1_000));
      if (step > 0) rmSync(path.join(folder, `step ${step - 1}`, 'inner', `${step - 1}-1.1`));
      step += 1;
    },
  };
}
