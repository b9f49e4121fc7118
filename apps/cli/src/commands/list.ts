import type { Repository, RepositoryFolder } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withRepository } from '../with-repository.ts';
import { refuseArgument } from './refuse-argument.ts';

const KINDS = ['snapshots', 'packs', 'blobs', 'index', 'keys', 'locks'] as const;
type Kind = (typeof KINDS)[number];

const FOLDERS: Readonly<Record<Exclude<Kind, 'blobs'>, RepositoryFolder>> = {
  snapshots: 'snapshots',
  packs: 'data',
  index: 'index',
  keys: 'keys',
  locks: 'locks',
};

export const run: CommandRun = async (context, [kindText = '']) => {
  const kind = KINDS.find((each) => each === kindText) ?? refuseArgument(kindText, KINDS);
  // Who looks at locks must not add his own.
  return await withRepository(context, kind === 'locks' ? 'none' : 'read', async ({ repository, signal }) => {
    if (kind === 'blobs') await listBlobs(context, repository, signal);
    else
      for await (const { id } of repository.listIds(FOLDERS[kind], { signal })) await context.output.write(`${id}\n`);
    return EXIT.ok;
  });
};

async function listBlobs({ output }: CommandContext, repository: Repository, signal: AbortSignal): Promise<void> {
  const { index } = await repository.loadIndex({ signal });
  for (let entry = 0; entry < index.blobCount; entry += 1) {
    await output.write(`${index.typeOf(entry)} ${index.idOf(entry)}
`);
  }
}
