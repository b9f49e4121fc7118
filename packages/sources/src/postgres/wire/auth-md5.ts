import { createHash } from 'node:crypto';

/** @see PostgreSQL documentation, "Start-up", AuthenticationMD5Password: md5(md5(password + user) + salt) */
export function md5Answer(login: { readonly user: string; readonly password: string }, salt: Buffer): string {
  const inner = md5(Buffer.from(`${login.password}${login.user}`, 'utf8'));
  return `md5${md5(Buffer.concat([Buffer.from(inner, 'latin1'), salt]))}`;
}

function md5(bytes: Buffer): string {
  // What the protocol asks for; the server chooses it, and newer ones choose SCRAM.
  return createHash('md5').update(bytes).digest('hex');
}
