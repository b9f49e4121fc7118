import { assert } from '@lumbung/stdx';
import type { Ownership } from '../../driver.ts';
import { quoteText } from '../session.ts';
import { nameOfBytes, quotedNameAt } from '../splitter/dump-text.ts';

/** Nothing quoted stands before it: what follows the header is not looked at. */
const BEFORE_DEFINER = /^[^'"`]*?\bDEFINER\s*=\s*(?=[`"])/;

interface FoundDefiner {
  readonly user: string;
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

function findDefiner(statement: string): FoundDefiner | undefined {
  const head = BEFORE_DEFINER.exec(statement);
  if (head === null) return undefined;
  const from = head[0].length;
  const user = quotedNameAt(statement, from);
  if (user === undefined) return undefined;
  const host = statement[user.end] === '@' ? quotedNameAt(statement, user.end + 1) : undefined;
  return {
    user: nameOfBytes(user.name),
    host: host === undefined ? '' : nameOfBytes(host.name),
    from,
    to: host?.end ?? user.end,
  };
}

/** `user@host` of the account that a CREATE statement names; a role has no host. */
export function definerOf(statement: string): string | undefined {
  const found = findDefiner(statement);
  if (found === undefined) return undefined;
  return found.host === '' ? found.user : `${found.user}@${found.host}`;
}

const ANY_HOST = '@%';

/** Who stands for `definer` after a restore. */
export function mappedDefiner(definer: string, ownership: Ownership): string {
  switch (ownership.kind) {
    case 'keep':
      return definer;
    case 'one':
      return withHost(ownership.role);
    case 'map':
      return withHostOf(mappedTo(definer, ownership.roles), definer);
    case 'restorer':
      assert(false, 'a plan says who restores');
  }
}

/** By its whole name, or without the host of one that may come from anywhere. Undefined: it is not in the map. */
export function mappedTo(definer: string, roles: Readonly<Record<string, string>>): string | undefined {
  const names = definer.endsWith(ANY_HOST) ? [definer, definer.slice(0, -ANY_HOST.length)] : [definer];
  const found = names.find((name) => Object.hasOwn(roles, name));
  return found === undefined ? undefined : roles[found];
}

function withHostOf(mapped: string | undefined, definer: string): string {
  return mapped === undefined ? definer : withHost(mapped);
}

/** As `accountText` would write it. */
function withHost(account: string): string {
  return account.includes('@') ? account : `${account}${ANY_HOST}`;
}

/** The same CREATE statement with another account. Only its header is touched. */
export function withDefiner(statement: string, ownership: Ownership): string {
  const found = findDefiner(statement);
  const was = definerOf(statement);
  if (found === undefined || was === undefined) return statement;
  const is = mappedDefiner(was, ownership);
  if (is === was) return statement;
  return statement.slice(0, found.from) + Buffer.from(accountText(is)).toString('latin1') + statement.slice(found.to);
}

/** `user@host` as a statement names it; without a host one that may come from anywhere. */
export function accountText(account: string): string {
  const at = account.lastIndexOf('@');
  const [user, host] = at < 0 ? [account, '%'] : [account.slice(0, at), account.slice(at + 1)];
  return `${quoteText(user)}@${quoteText(host)}`;
}
