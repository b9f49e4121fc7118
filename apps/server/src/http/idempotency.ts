// A POST that may be repeated: a client that got no answer sends the same key again, and the act is not done twice.
import type { AccountId } from '@lumbung/contracts';
import { assertNever, LumbungError } from '@lumbung/stdx';

export interface IdempotencyKey {
  readonly key: string;
  readonly accountId: AccountId;
  /** SHA-256 of method, path and body: another request may not hide behind the same key. */
  readonly requestSha256: string;
}

export interface KeptAnswer {
  readonly status: number;
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export type Begun =
  /** Go on; say how it ended. */
  | { readonly kind: 'new' }
  /** It was done before: this was the answer. */
  | { readonly kind: 'answered'; readonly answer: KeptAnswer }
  /** It was done before, with an answer that is shown once. */
  | { readonly kind: 'not-kept' }
  /** Somebody does it at this moment, or died doing it: nobody knows how it ended. */
  | { readonly kind: 'under-way' }
  /** The key was used for another request. */
  | { readonly kind: 'reused' };

/** What remembers them, for a day. */
export interface IdempotencyStore {
  digest(text: string): string;
  /** Takes the key: of two at the same time one gets `new`. */
  begin(key: IdempotencyKey, at: number): Promise<Begun>;
  /** @param answer undefined: it is not kept, but that it was done is */
  finish(key: IdempotencyKey, answer: KeptAnswer | undefined): Promise<void>;
  /** The request was refused and changed nothing: the key is free again. */
  abandon(key: IdempotencyKey): Promise<void>;
}

/** @throws LumbungError IDEMPOTENCY_KEY_MALFORMED (operator) */
export function parseIdempotencyKey(header: string | null): string | undefined {
  if (header === null) return undefined;
  const key = header.trim();
  if (/^[\x21-\x7e]{8,128}$/.test(key)) return key;
  throw new LumbungError('IDEMPOTENCY_KEY_MALFORMED', {
    kind: 'operator',
    message: 'an idempotency key is 8 to 128 visible ASCII characters',
    hint: 'send a random UUID',
  });
}

/** @throws LumbungError for every end but `new` and `answered` */
export function refuseBegun(begun: Exclude<Begun, { readonly kind: 'new' | 'answered' }>): never {
  switch (begun.kind) {
    case 'not-kept':
      throw new LumbungError('IDEMPOTENCY_ANSWER_NOT_KEPT', {
        kind: 'operator',
        message: 'this was done before, and its answer is shown only once',
        hint: 'look whether the result is what you need; to do it again, send a new key',
      });
    case 'under-way':
      throw new LumbungError('IDEMPOTENCY_UNDER_WAY', {
        kind: 'operator',
        message: 'a request with this key is under way, or was cut off',
        hint: 'look whether it was done before you send it with a new key',
      });
    case 'reused':
      throw new LumbungError('IDEMPOTENCY_KEY_REUSED', {
        kind: 'operator',
        message: 'this key was used for another request',
        hint: 'send a new key with every new request',
      });
    default:
      return assertNever(begun);
  }
}
