// Rights as catalogues write them: `user=CTc/grantor`. Format: PostgreSQL documentation, "Privileges".
import { LumbungError } from '@lumbung/stdx';
import { quoteName } from '../wire/quote.ts';
import type { RoleNames } from './role-names.ts';

const ITEM = /^(?:"((?:[^"]|"")*)"|([^"=]*))=([A-Za-z*]*)\/[\s\S]*$/;

export const DATABASE_RIGHTS: Rights = { C: 'CREATE', T: 'TEMPORARY', c: 'CONNECT' };
export const LARGE_OBJECT_RIGHTS: Rights = { r: 'SELECT', w: 'UPDATE' };
type Rights = Readonly<Record<string, string>>;

export interface GrantedObject {
  /** `DATABASE "x"`. */
  readonly what: string;
  readonly rights: Rights;
  /** As it was in the dump. */
  readonly owner: string;
  /** Empty: nobody ever granted anything. */
  readonly acl: readonly string[];
}

/**
 * The statements that give a new object the rights that one had. Whoever granted them, the owner has afterwards.
 *
 * @throws LumbungError DB_TEXT_INVALID (operator): rights in an unknown form
 */
export function grantStatements({ what, rights, owner, acl }: GrantedObject, names: RoleNames): string[] {
  if (acl.length === 0) return [];
  const statements = [`REVOKE ALL ON ${what} FROM PUBLIC`, `REVOKE ALL ON ${what} FROM ${quoteName(names.of(owner))}`];
  for (const item of acl) {
    const [, , , letters = ''] = ITEM.exec(item) ?? unknownForm();
    const role = granteeOf(item);
    const grantee = role === '' ? 'PUBLIC' : quoteName(names.of(role));
    const granted = [...letters.matchAll(/([A-Za-z])(\*?)/g)].map(([, letter = '', star]) => ({
      right: rights[letter] ?? unknownForm(),
      option: star === '*' ? ' WITH GRANT OPTION' : '',
    }));
    for (const { right, option } of granted) statements.push(`GRANT ${right} ON ${what} TO ${grantee}${option}`);
  }
  return statements;
}

/** Who has any of these rights, except everybody. @throws LumbungError DB_TEXT_INVALID (operator): rights in an unknown form */
export function granteesOf(acl: readonly string[]): string[] {
  return acl.map(granteeOf).filter((role) => role !== '');
}

/** Empty: everybody. */
function granteeOf(item: string): string {
  const [, quoted, plain] = ITEM.exec(item) ?? unknownForm();
  return quoted?.replaceAll('""', '"') ?? plain ?? '';
}

function unknownForm(): never {
  throw new LumbungError('DB_TEXT_INVALID', { kind: 'operator', message: 'rights of an unknown form in the dump' });
}
