import type { Caller, Language } from '@lumbung/contracts';

/** Who sent a request: implemented by the accounts. */
export interface Authenticator {
  /** No credential at all is nobody; a token that is not good is an error, since its owner believes to be somebody.
   *  @throws LumbungError TOKEN_REFUSED (operator) */
  authenticate(request: AuthenticationRequest): Promise<Authentication>;
}

export interface AuthenticationRequest {
  readonly headers: Headers;
  readonly clientAddress: string;
  readonly at: number;
}

export interface Authentication {
  readonly caller: Caller | undefined;
  /** What the account chose. */
  readonly language: Language | undefined;
  /** Values of Set-Cookie: a session that goes on, one that is over. */
  readonly cookies: readonly string[];
}
