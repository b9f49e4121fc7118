// How the clients of the engines are told a password without it standing where others can read it.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LumbungError } from '@lumbung/stdx';
import { Secret } from './secret.ts';

/** MySQL reads its option files in lines of 4096 bytes. */
const OPTION_LINE_BYTES_MAX = 4000;
const OPTION_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
};

/**
 * Writes a file for `PGPASSFILE` that gives `password` to every server, database and user: whoever names the file has
 * chosen those already. Keep it until the tool has ended: parallel workers log in later.
 *
 * @param privateFolder 0700
 * @returns the path
 * @throws LumbungError DB_PASSWORD_UNUSABLE (operator): libpq knows no way to write a line break
 */
export async function writePgPassFile(privateFolder: string, password: Secret): Promise<string> {
  const value = password.reveal();
  if (/[\0\r\n]/.test(value)) throw unusable('PGPASSFILE');
  const file = path.join(privateFolder, 'pgpass');
  await writeFile(file, `*:*:*:*:${value.replace(/[\\:]/g, '\\$&')}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}

/**
 * The text of a MySQL option file with the login of a client, to be inherited (`ToolCall.inheritedText`) and named as
 * `--defaults-extra-file=/dev/fd/3`, the first argument. Escapes as mysys/my_default.c undoes them: inside double quotes,
 * where no `#` begins a comment.
 *
 * @throws LumbungError DB_PASSWORD_UNUSABLE (operator)
 */
export function mysqlOptionText(login: {
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
}): Secret {
  const { user, password } = login;
  const lines = ['[client]'];
  if (user !== undefined) lines.push(optionLine('user', user));
  if (password !== undefined) lines.push(optionLine('password', password.reveal()));
  return new Secret(`${lines.join('\n')}\n`);
}

function optionLine(name: string, value: string): string {
  if (value.includes('\0')) throw unusable('my.cnf');
  const line = `${name}="${value.replace(/[\\"\n\r\t\b]/g, (char) => OPTION_ESCAPES[char] ?? char)}"`;
  if (Buffer.byteLength(line) > OPTION_LINE_BYTES_MAX) throw unusable('my.cnf');
  return line;
}

function unusable(where: string): LumbungError {
  return new LumbungError('DB_PASSWORD_UNUSABLE', {
    kind: 'operator',
    message: `the user or password cannot be written as ${where} wants it`,
    context: { where },
    hint: 'choose one without line breaks and NUL characters, of less than 1000 characters',
  });
}
