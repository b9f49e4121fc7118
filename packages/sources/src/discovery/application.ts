import type { ByteString } from '@lumbung/stdx';
import type { Secret } from '../process/secret.ts';
import type { ApplicationEngine } from './dsn.ts';
import type { FilesComponent } from './files-component.ts';
import type { DiscoveryWarning } from './warning.ts';

export const APPLICATION_KINDS = [
  'laravel',
  'codeigniter4',
  'codeigniter3',
  'wordpress',
  'moodle',
  'nextcloud',
  'owncloud',
  'symfony',
  'django',
  'node',
  'compose',
  'plain-php',
  'generic',
  'sqlite',
] as const;
export type ApplicationKind = (typeof APPLICATION_KINDS)[number];

/** How sure it is that this is such an application with these databases. `low`: a person must confirm. */
export type Confidence = 'high' | 'medium' | 'low';

/** Where an application finds its database. The application's word: `localhost` is what its client library makes of it. */
export type ApplicationAddress =
  /** Without a path: the default of the client library, which is what MySQL clients make of `localhost`. */
  | { readonly kind: 'socket'; readonly path?: ByteString }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'file'; readonly path: ByteString }
  /** A service of a Compose project: its name means something in the project's network only. */
  | {
      readonly kind: 'container';
      /** Folder of the project. */
      readonly project: ByteString;
      readonly projectName: string;
      readonly service: string;
      readonly containerName?: string;
      readonly port: number;
      /** Where the service can be reached from the machine itself. */
      readonly published?: { readonly host: string; readonly port: number };
    }
  | { readonly kind: 'unknown' };

export interface ConfigSource {
  readonly path: ByteString;
  readonly line: number;
}

/** A database as an application is configured to use it. Safe to print: the password hides itself. */
export interface DiscoveredDatabase {
  readonly engine: ApplicationEngine;
  readonly address: ApplicationAddress;
  /** Undefined: not known, or the whole server. */
  readonly database?: string;
  readonly user?: string;
  readonly password?: Secret;
  readonly tablePrefix?: string;
  /** Where the name of the database is written. */
  readonly source: ConfigSource;
  /** The framework's name for this connection: `default`, `mysql_second`, a service. */
  readonly group: string;
  /** Fields whose value is not known. */
  readonly unresolved: readonly DatabaseField[];
}

export type DatabaseField = 'engine' | 'host' | 'port' | 'socket' | 'database' | 'user' | 'password';

/** Files of an application that lie in an object store. */
export interface DiscoveredBucket {
  readonly name: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly source: ConfigSource;
}

/** A Redis that holds what is not elsewhere: queued work. */
export interface DiscoveredRedis {
  readonly address: ApplicationAddress;
  readonly password?: Secret;
  readonly use: 'queue' | 'service';
  readonly source: ConfigSource;
}

/** Data of a Compose project. Those of databases are dumped, not copied. */
export interface DiscoveredVolume {
  readonly service: string;
  /** A named volume, or a folder of the machine. */
  readonly source:
    | { readonly kind: 'volume'; readonly name: string }
    | { readonly kind: 'folder'; readonly path: ByteString };
  readonly target: string;
  readonly holds: 'data' | 'database';
}

export interface DiscoveredService {
  readonly name: string;
  /** As written, with variables put in. */
  readonly image?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface DiscoveredApplication {
  readonly kind: ApplicationKind;
  readonly name: string;
  readonly root: ByteString;
  readonly version?: string;
  readonly confidence: Confidence;
  readonly url?: string;
  readonly components: { readonly files: FilesComponent; readonly databases: readonly DiscoveredDatabase[] };
  readonly buckets: readonly DiscoveredBucket[];
  readonly redis: readonly DiscoveredRedis[];
  readonly volumes: readonly DiscoveredVolume[];
  readonly services: readonly DiscoveredService[];
  readonly warnings: readonly DiscoveryWarning[];
}
