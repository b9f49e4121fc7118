import { assert } from '@lumbung/stdx';
import type { Ownership } from '../../driver.ts';

/** Who is who after a restore. */
export class RoleNames {
  readonly #ownership: Exclude<Ownership, { readonly kind: 'restorer' }>;

  /** @param ownership of a plan, which names whoever restores */
  constructor(ownership: Ownership) {
    assert(ownership.kind !== 'restorer', 'a plan says who restores');
    this.#ownership = ownership;
  }

  /** Whether rights and settings of single roles are restored. */
  get areGrantsKept(): boolean {
    return this.#ownership.kind !== 'one';
  }

  get areRenamed(): boolean {
    return this.#ownership.kind !== 'keep';
  }

  of(role: string): string {
    switch (this.#ownership.kind) {
      case 'keep':
        return role;
      case 'one':
        return this.#ownership.role;
      case 'map':
        return Object.hasOwn(this.#ownership.roles, role) ? (this.#ownership.roles[role] ?? role) : role;
    }
  }
}
