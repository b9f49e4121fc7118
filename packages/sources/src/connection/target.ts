import type { DatabaseEngine } from '../manifest/database-engine.ts';
import type { Secret } from '../process/secret.ts';

export type Address =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** SQLite. */
  | { readonly kind: 'file'; readonly path: string };

export type TlsOptions = { readonly mode: 'off' } | TlsOn;

export interface TlsOn {
  /** `require`: encrypted, whoever answers. `verify-ca`: a certificate of a known authority. `verify`: and of this host. */
  readonly mode: 'require' | 'verify-ca' | 'verify';
  /** PEM. Undefined: the authorities that the machine knows. */
  readonly caFile?: string;
  /** PEM, of the client. Both or none. */
  readonly certFile?: string;
  readonly keyFile?: string;
  /** The name that the certificate must carry, when it is not the host of the address. */
  readonly serverName?: string;
}

export interface TargetOptions {
  readonly connectTimeoutMs: number;
  /** Where the dump tools are looked for first. Undefined: where Debian puts them. */
  readonly toolsFolder?: string;
}

/** A database server, or a database on it, and how to log in. Safe to print: the password hides itself. */
export interface Target {
  readonly engine: DatabaseEngine;
  readonly address: Address;
  readonly user?: string;
  readonly password?: Secret;
  readonly database?: string;
  readonly tls: TlsOptions;
  readonly options: TargetOptions;
}
