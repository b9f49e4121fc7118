import { askProgram } from '../run-program.ts';
import { clientProgram } from '../server-programs.ts';
import type { TestServer } from '../test-server.ts';
import { withoutVolatileLines } from './dump-postgres.ts';

/** Who may do what on a server, with the hashes of passwords, as its own tools or tables say: lines in an order of their
 *  own, to be compared with those of another server. Not who granted it, nor when. */
export async function independentUsers(server: TestServer): Promise<readonly string[]> {
  switch (server.engine) {
    case 'postgresql': {
      const login = ['-h', server.socketFolder, '-p', String(server.port), '-U', 'postgres', '--no-password'];
      const dumpAll = clientProgram(server.programs, 'pg_dumpall');
      const sql = withoutVolatileLines(await askProgram(dumpAll, ['--globals-only', ...login]));
      return sql.split('\n').filter((line) => line !== '' && !line.startsWith('--'));
    }
    case 'mariadb':
      return (await server.client(MARIADB_USERS)).split('\n');
    case 'mysql':
      return (await server.client(MYSQL_USERS)).split('\n');
    case 'redis':
      return (await server.client('ACL LIST')).split('\n').toSorted();
  }
}

const MARIADB_USERS = `
SELECT JSON_ARRAY('user', User, Host, JSON_REMOVE(Priv, '$.password_last_changed')) FROM mysql.global_priv ORDER BY BINARY User, BINARY Host;
SELECT JSON_ARRAY('role', User, Host, Role, Admin_option) FROM mysql.roles_mapping ORDER BY BINARY User, BINARY Host, BINARY Role;
SELECT JSON_ARRAY('database', d.User, d.Host, Db, p.privilege_type, p.is_grantable) FROM mysql.db AS d
  JOIN information_schema.schema_privileges AS p ON p.table_schema = d.Db AND p.grantee = CONCAT('''', d.User, '''@''', d.Host, '''')
  ORDER BY BINARY d.User, BINARY d.Host, BINARY Db, p.privilege_type;
SELECT JSON_ARRAY('table', User, Host, Db, Table_name, Table_priv, Column_priv) FROM mysql.tables_priv ORDER BY BINARY User, BINARY Host, BINARY Db, BINARY Table_name;
SELECT JSON_ARRAY('column', User, Host, Db, Table_name, Column_name, Column_priv) FROM mysql.columns_priv ORDER BY BINARY User, BINARY Host, BINARY Db, BINARY Table_name, BINARY Column_name;
SELECT JSON_ARRAY('routine', User, Host, Db, Routine_name, Routine_type, Proc_priv) FROM mysql.procs_priv ORDER BY BINARY User, BINARY Host, BINARY Db, BINARY Routine_name;
`;

const MYSQL_USERS = `
SELECT JSON_ARRAY('user', User, Host, plugin, HEX(authentication_string), ssl_type, account_locked, password_expired, max_user_connections, User_attributes) FROM mysql.user ORDER BY BINARY User, BINARY Host;
SELECT JSON_ARRAY('role', FROM_USER, FROM_HOST, TO_USER, TO_HOST, WITH_ADMIN_OPTION) FROM mysql.role_edges ORDER BY BINARY FROM_USER, BINARY TO_USER, BINARY TO_HOST;
SELECT JSON_ARRAY('default role', USER, HOST, DEFAULT_ROLE_USER, DEFAULT_ROLE_HOST) FROM mysql.default_roles ORDER BY BINARY USER, BINARY HOST, BINARY DEFAULT_ROLE_USER;
SELECT JSON_ARRAY('global', GRANTEE, PRIVILEGE_TYPE, IS_GRANTABLE) FROM information_schema.user_privileges ORDER BY BINARY GRANTEE, PRIVILEGE_TYPE;
SELECT JSON_ARRAY('database', GRANTEE, TABLE_SCHEMA, PRIVILEGE_TYPE, IS_GRANTABLE) FROM information_schema.schema_privileges ORDER BY BINARY GRANTEE, BINARY TABLE_SCHEMA, PRIVILEGE_TYPE;
SELECT JSON_ARRAY('table', User, Host, Db, Table_name, Table_priv, Column_priv) FROM mysql.tables_priv ORDER BY BINARY User, BINARY Host, BINARY Db, BINARY Table_name;
SELECT JSON_ARRAY('column', User, Host, Db, Table_name, Column_name, Column_priv) FROM mysql.columns_priv ORDER BY BINARY User, BINARY Host, BINARY Db, BINARY Table_name, BINARY Column_name;
SELECT JSON_ARRAY('routine', User, Host, Db, Routine_name, Routine_type, Proc_priv) FROM mysql.procs_priv ORDER BY BINARY User, BINARY Host, BINARY Db, BINARY Routine_name;
`;
