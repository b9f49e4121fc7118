import { parsePolynomial, shortId } from '@lumbung/engine';
import { initRepositoryAt } from '@lumbung/runner';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';
import type { OptionBag } from '../option-bag.ts';

export const run: CommandRun = async (context, _args, options) => {
  const { output, texts, world, signal } = context;
  const address = await context.repositoryAddress();
  const version = options.choice('repositoryVersion', ['1', '2', 'stable', 'latest']) ?? 'stable';
  const chunkerPolynomial = options.flag('copyChunkerParams') ? await polynomialOfSource(context, options) : undefined;
  const repository = await initRepositoryAt(address, {
    ...context.storage,
    ...context.packing,
    ports: world.ports,
    password: await context.password({ isNew: true }),
    allowEmptyPassword: context.allowEmptyPassword,
    version: version === '1' ? 1 : 2,
    chunkerPolynomial,
    signal,
  });
  const { id } = repository.config;
  output.message(jsonMessage({ message_type: 'initialized', id, repository: address }));
  output.say(texts.t('init.done', { id: shortId(id), location: repository.backend.location }));
  output.say(texts.t('init.warning'));
  await repository.backend.close();
  return EXIT.ok;
};

/** Repositories that cut alike deduplicate what is copied between them. */
async function polynomialOfSource(context: CommandContext, options: OptionBag) {
  const source = await context.openSourceRepository(options);
  try {
    return parsePolynomial(source.config.chunkerPolynomial);
  } finally {
    await source.backend.close();
  }
}
