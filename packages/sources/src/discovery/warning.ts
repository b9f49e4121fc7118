import type { ByteString } from '@lumbung/stdx';

/** What a person should know about an application before it is backed up. The codes are keys of texts. */
export const DISCOVERY_WARNINGS = [
  /** A value comes from the environment of the process; `detail` is the name of the variable. */
  'VALUE_FROM_ENVIRONMENT',
  /** A value is an expression that only the program knows; `detail` is the field. */
  'VALUE_UNRESOLVED',
  /** A value depends on a condition that only the running program knows; the last one is given. */
  'VALUE_CONDITIONAL',
  /** The cached configuration is what runs, and differs from the source; `detail` names the other database. */
  'CONFIG_CACHE_STALE',
  'CONFIG_CACHED',
  /** The configuration is a program in a language that is not read here: ask. */
  'CONFIG_IS_CODE',
  'CONFIG_INCOMPLETE',
  /** It could not be read as what it should be. */
  'CONFIG_INVALID',
  'CONFIG_TOO_LARGE',
  'CONFIG_NOT_UTF8',
  'CONFIG_MISSING',
  /** Several environments are configured, and which one runs is not known; `detail` is the environment. */
  'ENVIRONMENT_UNCERTAIN',
  /** A name stands in an environment file more than once; `detail` is the name. */
  'ENV_DUPLICATE',
  'ENV_MALFORMED',
  'ENGINE_UNSUPPORTED',
  'ENGINE_UNKNOWN',
  'MULTISITE',
  'DATA_FOLDER_OUTSIDE',
  'BACKUP_FILE_INSIDE',
  'COMPOSE_INCLUDE_SKIPPED',
  'COMPOSE_VARIABLE_MISSING',
  'SECRET_UNREADABLE',
  'SECRET_EXTERNAL',
  'DATABASE_NAME_MISSING',
] as const;
export type DiscoveryWarningCode = (typeof DISCOVERY_WARNINGS)[number];

/** Never holds a secret. */
export interface DiscoveryWarning {
  readonly code: DiscoveryWarningCode;
  readonly path?: ByteString;
  readonly line?: number;
  /** A name: of a field, a variable, a database, a service. */
  readonly detail?: string;
}

/** What the search itself met. The codes are keys of texts. */
export const DISCOVERY_FINDINGS = [
  'FOLDER_UNREADABLE',
  'FILE_UNREADABLE',
  'ROOT_MISSING',
  'ROOT_NOT_A_FOLDER',
  'LINK_LEAVES_ROOTS',
  'PATH_OUTSIDE_ROOTS',
  'FOLDER_TOO_LARGE',
  'BUDGET_ENTRIES',
  'BUDGET_TIME',
  'BUDGET_APPLICATIONS',
] as const;
export type DiscoveryFindingCode = (typeof DISCOVERY_FINDINGS)[number];

export interface DiscoveryFinding {
  readonly code: DiscoveryFindingCode;
  readonly path: ByteString;
  /** The system's word for why: `EACCES` … */
  readonly errno?: string;
}
