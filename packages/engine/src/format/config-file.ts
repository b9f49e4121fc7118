import * as z from 'zod';
import { extraFields, extraOf, goJsonObject, parseDocument } from './json-document.ts';

/** What makes files a repository. */
export interface RepositoryConfig {
  /** 1 or 2. */
  readonly version: number;
  /** 64 hex digits. */
  readonly id: string;
  /** Hex without leading zeros, as stored; not yet checked to be irreducible. */
  readonly chunkerPolynomial: string;
  /** Keys of other clients, kept when the config is written again. */
  readonly extra: Readonly<Record<string, unknown>>;
}

const schema = z.looseObject({
  version: z.int().min(1).max(1000),
  id: z.string().regex(/^[0-9a-f]{64}$/),
  chunker_polynomial: z.string().regex(/^[0-9a-f]{1,16}$/),
});

/** @throws LumbungError CONFIG_INVALID (corruption) */
export function parseConfig(json: Uint8Array): RepositoryConfig {
  const value = parseDocument(json, { schema, code: 'CONFIG_INVALID', what: 'the config of the repository' });
  return {
    version: value.version,
    id: value.id,
    chunkerPolynomial: value.chunker_polynomial,
    extra: extraOf(value, ['version', 'id', 'chunker_polynomial']),
  };
}

export function encodeConfig(config: RepositoryConfig): Buffer {
  return Buffer.from(
    goJsonObject([
      { key: 'version', number: config.version },
      { key: 'id', text: config.id },
      { key: 'chunker_polynomial', text: config.chunkerPolynomial },
      ...extraFields(config.extra),
    ]),
  );
}
