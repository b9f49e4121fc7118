import type { SecretRef } from '@lumbung/contracts';
import type { Secret } from '@lumbung/sources';
import type { SecretPort } from './job-ports.ts';
import type { TextMask } from './mask-texts.ts';

/** The secrets of one run: asked for when they are needed, once, and kept out of what the run tells. */
export class JobSecrets {
  readonly #port: SecretPort;
  readonly #mask: TextMask;
  readonly #asked = new Map<string, Promise<Secret>>();

  constructor(port: SecretPort, mask: TextMask) {
    this.#port = port;
    this.#mask = mask;
  }

  /** Keeps a secret that the run came by itself out of what it tells. */
  hide(secret: Secret): void {
    this.#mask.add(secret);
  }

  async resolve({ secret: name }: SecretRef): Promise<Secret> {
    let asked = this.#asked.get(name);
    if (asked === undefined) {
      asked = this.#port.resolve(name);
      this.#asked.set(name, asked);
    }
    const secret = await asked;
    this.#mask.add(secret);
    return secret;
  }
}
