import { parsePolynomial, shortId } from '@lumbung/engine';
import { initRepositoryAt } from '@lumbung/runner';
import type { CommandRun } from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonMessage } from '../json.ts';

export const run: CommandRun = async (context, _args, options) => {
  const { output, texts, world, signal } = context;
  const address = await context.repositoryAddress();
  const source = options.flag('copyChunkerParams') ? await context.openSourceRepository(options) : undefined;
  const version = options.choice('repositoryVersion', ['1', '2', 'stable', 'latest']) ?? 'stable';
  const repository = await initRepositoryAt(address, {
    password: await context.password({ isNew: true }),
    allowEmptyPassword: context.allowEmptyPassword,
    ports: world.ports,
    version: version === '1' ? 1 : 2,
    ...(source === undefined ? {} : { chunkerPolynomial: parsePolynomial(source.config.chunkerPolynomial) }),
    workingDirectory: world.workingDirectory,
    signal,
  });
  const { id } = repository.config;
  output.message(jsonMessage({ message_type: 'initialized', id, repository: address }));
  output.say(texts.t('init.done', { id: shortId(id), location: repository.backend.location }));
  output.say(texts.t('init.warning'));
  return EXIT.ok;
};
