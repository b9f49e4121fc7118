// backup-main.ts backup REPOSITORY SOURCE · forget REPOSITORY ID · prune REPOSITORY · lock REPOSITORY KIND: see
// backup-process.ts.
import { openLocalBackend } from '@lumbung/backend/local';
import { backup, CONFIG_FILE, lockRepository, openRepository, REPOSITORY_LAYOUT } from '@lumbung/engine';
import { TEST_PASSWORD } from '@lumbung/engine/testing';
import { isProcessAlive, systemClock, systemRandom } from '@lumbung/stdx/node';
import { forget, prune } from './acts.ts';
import { identity } from './disk-identity.ts';

const [command, repositoryFolder = '', argument = ''] = process.argv.slice(2);
// As the command line does: stock clients ask with this signal whether the owner of a lock lives.
process.on('SIGHUP', () => undefined);
const repository = await openRepository(
  await openLocalBackend({
    path: repositoryFolder,
    layout: REPOSITORY_LAYOUT,
    random: systemRandom,
    modeFile: CONFIG_FILE,
  }),
  {
    password: TEST_PASSWORD,
    packSizeBytes: 4 * 2 ** 20,
    ports: { clock: systemClock, random: systemRandom, identity, isProcessAlive },
  },
);
if (command === 'backup') {
  const { snapshotId, errors } = await backup(repository, { targets: ['.'], workingDirectory: argument });
  process.stdout.write(`${JSON.stringify({ snapshotId })}\n`);
  if (errors.length > 0) process.exitCode = 3;
} else if (command === 'forget') {
  await forget(repository, [argument]);
} else if (command === 'prune') {
  await prune(repository);
} else {
  const lock = await lockRepository(repository, { kind: argument === 'exclusive' ? 'exclusive' : 'shared' });
  process.stdout.write('locked\n');
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  await lock.release();
}
