import { cheapKdf } from '@lumbung/engine/testing';
import { initRepositoryAt } from '@lumbung/runner';
import { fakeWorld } from './fake-world.ts';

/** A new repository whose password takes no time to try: a real one costs every command half a second. */
export async function makeCheapRepository(address: string, password: string): Promise<void> {
  const { ports } = fakeWorld({ folder: address });
  const options = { password: Buffer.from(password), kdf: cheapKdf(), ports, workingDirectory: address };
  const repository = await initRepositoryAt(address, options);
  await repository.backend.close();
}
