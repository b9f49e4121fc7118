// Passwords as Argon2id (RFC 9106), in the form every other program writes: $argon2id$v=19$m=65536,t=2,p=1$salt$hash.
import { argon2 as argon2WithCallback, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { LumbungError, type Random, Semaphore } from '@lumbung/stdx';

const argon2 = promisify(argon2WithCallback);

export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/** About 0.2 s of one core and 64 MiB a guess. */
export const PASSWORD_COST: PasswordCost = { memoryKiB: 65_536, passes: 2 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const LANES = 1;
/** Memory that people who log in at once may take: two times 64 MiB. The others wait. */
const HASHES_AT_ONCE_MAX = 2;
/** A stored hash decides how much work checking it is: no more than this. */
const MEMORY_KIB_MAX = 262_144;
const PASSES_MAX = 10;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43})$/;

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(input: { readonly hash: string; readonly password: string }): Promise<boolean>;
}

export function passwordHasher(random: Random, cost: PasswordCost = PASSWORD_COST): PasswordHasher {
  const atOnce = new Semaphore(HASHES_AT_ONCE_MAX);
  const derive = async (password: string, salt: Buffer, { memoryKiB, passes }: PasswordCost): Promise<Buffer> =>
    await atOnce.run(
      async () =>
        await argon2('argon2id', {
          // The same password typed on a phone and on a desk may be composed differently.
          message: password.normalize('NFKC'),
          nonce: salt,
          parallelism: LANES,
          tagLength: HASH_BYTES,
          memory: memoryKiB,
          passes,
        }),
    );
  return {
    hash: async (password) => {
      const salt = random.bytes(SALT_BYTES);
      const hash = await derive(password, salt, cost);
      return `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=${LANES}$${bare(salt)}$${bare(hash)}`;
    },
    verify: async ({ hash, password }) => {
      const [, memory, passes, lanes, salt = '', wanted = ''] = PHC.exec(hash) ?? [];
      const stored = { memoryKiB: Number(memory), passes: Number(passes) };
      const isBounded = stored.memoryKiB <= MEMORY_KIB_MAX && stored.passes <= PASSES_MAX && Number(lanes) === LANES;
      if (wanted === '' || !isBounded) {
        throw new LumbungError('PASSWORD_HASH_DAMAGED', {
          kind: 'corruption',
          message: 'the stored form of a password cannot be read',
          hint: 'have an administrator send a new password link to the account',
        });
      }
      const derived = await derive(password, Buffer.from(salt, 'base64'), stored);
      return timingSafeEqual(derived, Buffer.from(wanted, 'base64'));
    },
  };
}

function bare(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
