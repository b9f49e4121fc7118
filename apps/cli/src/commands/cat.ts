import {
  encodeConfig,
  findSnapshot,
  parseBlobId,
  parseIndexId,
  parseLockId,
  type RepositoryFolder,
  resolveTree,
} from '@lumbung/engine';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { type HeldRepository, withRepository } from '../with-repository.ts';
import { findBlobId, findFileId } from './object-id.ts';
import { refuseArgument } from './refuse-argument.ts';

const KINDS = ['config', 'snapshot', 'index', 'key', 'masterkey', 'lock', 'pack', 'blob', 'tree'] as const;

type Kind = (typeof KINDS)[number];

export const run: CommandRun = async (context, [kindText = '', id]) => {
  const kind = KINDS.find((each) => each === kindText) ?? refuseArgument(kindText, KINDS);
  return await withRepository(context, 'read', async (held) => {
    const bytes = await load(held, kind, id);
    if (kind === 'pack' || kind === 'blob') context.world.stdout.write(bytes);
    else context.output.data(pretty(bytes));
    return EXIT.ok;
  });
};

async function load({ repository, signal }: HeldRepository, kind: Kind, id: string | undefined): Promise<Uint8Array> {
  const named = (): string => {
    if (id !== undefined) return id;
    throw new LumbungError('ID_MISSING', {
      kind: 'operator',
      message: `which ${kind}? no id was named`,
      context: { kind },
      hint: 'see `lumbung list`',
    });
  };
  const found = async (folder: RepositoryFolder): Promise<string> =>
    await findFileId(repository, folder, { kind, prefix: named(), signal });
  switch (kind) {
    case 'config':
      return encodeConfig(repository.config);
    case 'masterkey': {
      const { macK, macR, encrypt } = repository.masterKey;
      return Buffer.from(
        JSON.stringify({
          mac: { k: macK.toString('base64'), r: macR.toString('base64') },
          encrypt: encrypt.toString('base64'),
        }),
      );
    }
    case 'snapshot':
      return await repository.loadUnpacked(
        'snapshots',
        (await findSnapshot(repository, named(), {}, signal)).snapshot.id,
        signal,
      );
    case 'index':
      return await repository.loadUnpacked('index', parseIndexId(await found('index')), signal);
    case 'lock':
      return await repository.loadUnpacked('locks', parseLockId(await found('locks')), signal);
    case 'key':
      return await repository.backend.load({ folder: 'keys', name: await found('keys') }, undefined, { signal });
    case 'pack':
      return await repository.backend.load({ folder: 'data', name: await found('data') }, undefined, { signal });
    case 'blob': {
      const indexed = await repository.loadIndex({ signal });
      const blob = parseBlobId(findBlobId(indexed, { kind, prefix: named() }));
      try {
        return await indexed.loadBlob('data', blob, signal);
      } catch (error) {
        if (!isLumbungError(error, 'BLOB_MISSING')) throw error;
        return await indexed.loadBlob('tree', blob, signal);
      }
    }
    case 'tree': {
      const { snapshot, subfolder } = await findSnapshot(repository, named(), {}, signal);
      const indexed = await repository.loadIndex({ signal });
      return await indexed.loadTreeBytes(await resolveTree(indexed, snapshot.tree, subfolder), signal);
    }
  }
}

function pretty(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8').trimEnd();
  // Large numbers would change if they were parsed: only what is small and known is laid out.
  if (text.startsWith('{"nodes"') || text.startsWith('{"packs"')) return text;
  return JSON.stringify(JSON.parse(text), null, 2);
}
