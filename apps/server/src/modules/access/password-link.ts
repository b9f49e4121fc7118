import { type AccountId, newId } from '@lumbung/contracts';
import type { Clock, Random } from '@lumbung/stdx';
import type { Transaction } from '../../store/store.ts';
import { insertPasswordLink } from './credentials.store.ts';
import { hashSecret } from './token.rules.ts';

export interface PasswordLinkPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly baseUrl: URL | undefined;
}

/** Shown once; what is kept of it cannot be turned back. */
export interface ShownLink {
  readonly url: string | null;
  readonly token: string;
  readonly expiresAt: number;
}

/** Over a weekend, and a day more. */
const LINK_MS = 3 * 24 * 3_600_000;
const TOKEN_BYTES = 32;

export async function makeLink(
  tx: Transaction,
  accountId: AccountId,
  act: { readonly by: AccountId; readonly at: number },
  ports: PasswordLinkPorts,
): Promise<ShownLink> {
  const token = ports.random.bytes(TOKEN_BYTES).toString('base64url');
  const expiresAt = act.at + LINK_MS;
  await insertPasswordLink(tx, {
    id: newId('credential', ports),
    accountId,
    tokenHash: hashSecret(token),
    createdBy: act.by,
    at: act.at,
    expiresAt,
  });
  return { url: linkUrl(ports.baseUrl, token), token, expiresAt };
}

/** Behind the `#`: browsers do not send that part, so that it stands in no log. */
function linkUrl(baseUrl: URL | undefined, token: string): string | null {
  if (baseUrl === undefined) return null;
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/password`;
  url.hash = `token=${token}`;
  return url.href;
}
