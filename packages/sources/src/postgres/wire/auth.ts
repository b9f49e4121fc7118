import { LumbungError, type Random } from '@lumbung/stdx';
import type { Secret } from '../../process/secret.ts';
import { md5Answer } from './auth-md5.ts';
import { ScramLogin } from './auth-scram.ts';
import { passwordMessage, saslInitialResponse, saslResponse } from './frontend-messages.ts';
import type { MessageReader } from './message-reader.ts';
import { protocolError } from './protocol-error.ts';

export interface LoginOptions {
  readonly user: string;
  readonly password: Secret | undefined;
  readonly random: Random;
  readonly certificate: Buffer | undefined;
  readonly isPrivate: boolean;
}

/** Answers what a server asks before it lets us in. Source: PostgreSQL documentation, "Start-up". */
export class Login {
  readonly #options: LoginOptions;
  #scram: ScramLogin | undefined;
  #isServerProven = false;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** What to send for one authentication message; undefined: nothing. */
  async answer(request: MessageReader): Promise<Buffer | undefined> {
    const kind = request.int32();
    switch (kind) {
      case 0:
        if (this.#scram !== undefined && !this.#isServerProven) throw protocolError('a login that was cut short');
        return undefined;
      case 3:
        if (!this.#options.isPrivate) {
          throw new LumbungError('DB_PASSWORD_EXPOSED', {
            kind: 'operator',
            message: 'the server asks for the password in clear over a connection that is not encrypted',
            hint: 'use TLS, or scram-sha-256 in pg_hba.conf of the server',
          });
        }
        return passwordMessage(this.#password());
      case 5:
        return passwordMessage(md5Answer({ user: this.#options.user, password: this.#password() }, request.bytes(4)));
      case 10:
        this.#scram = new ScramLogin({
          serverMechanisms: mechanismsOf(request),
          password: this.#password(),
          nonce: this.#options.random.bytes(ScramLogin.nonceBytes),
          certificate: this.#options.certificate,
        });
        return saslInitialResponse(this.#scram.mechanism, this.#scram.first());
      case 11:
        return saslResponse(await this.#begun().answer(request.rest().toString('utf8')));
      case 12:
        this.#begun().checkServer(request.rest().toString('utf8'));
        this.#isServerProven = true;
        return undefined;
      default:
        throw new LumbungError('DB_LOGIN_METHOD_UNKNOWN', {
          kind: 'operator',
          message: 'the server asks for a way to log in that is not supported',
          context: { detail: String(kind) },
          hint: 'use scram-sha-256 in pg_hba.conf of the server',
        });
    }
  }

  #begun(): ScramLogin {
    if (this.#scram === undefined) throw protocolError('a login out of order');
    return this.#scram;
  }

  #password(): string {
    const { password } = this.#options;
    if (password !== undefined) return password.reveal();
    throw new LumbungError('DB_PASSWORD_MISSING', {
      kind: 'operator',
      message: 'the database server asks for a password, and none was given',
      hint: 'store the password of the backup user',
    });
  }
}

function mechanismsOf(request: MessageReader): string[] {
  const mechanisms: string[] = [];
  while (request.leftBytes > 1 && mechanisms.length < 20) mechanisms.push(request.text());
  return mechanisms;
}
