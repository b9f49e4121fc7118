// How the clients of the engines are told a password without it standing where others can read it.
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
 * The text of a password file of libpq that gives `password` to every server, database and user: whoever names the file
 * has chosen those already. To be inherited (`ToolCall.inheritedText`) and named as `PGPASSFILE=/dev/fd/3`: libpq wants a
 * plain file that is ours alone, which an inherited one is, and workers that log in later read it again.
 *
 * @throws LumbungError DB_PASSWORD_UNUSABLE (operator): libpq knows no way to write a line break
 */
export function pgPassText(password: Secret): Secret {
  const value = password.reveal();
  if (/[\0\r\n]/.test(value)) throw unusable('PGPASSFILE');
  return new Secret(`*:*:*:*:${value.replace(/[\\:]/g, '\\$&')}\n`);
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
