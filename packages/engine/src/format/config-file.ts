import * as z from 'zod';
import { idText } from './document-schemas.ts';
import { type ExtraFields, extraJsonFields, goJsonObject, parseDocument } from './json-document.ts';

/** What makes files a repository. */
export interface RepositoryConfig {
  /** 1 or 2; whoever opens the repository refuses what it does not know. */
  readonly version: number;
  /** 64 hex digits. */
  readonly id: string;
  /** Hex without leading zeros, as stored; not yet checked to be irreducible. */
  readonly chunkerPolynomial: string;
  /** Keys of other clients, kept when the config is written again. */
  readonly extra: ExtraFields;
}

const schema = z.object({
  version: z.int().min(1),
  id: idText,
  chunker_polynomial: z.string().regex(/^[0-9a-f]{1,16}$/, 'not a polynomial'),
});

const KNOWN = ['version', 'id', 'chunker_polynomial'];

/** @throws LumbungError CONFIG_INVALID (corruption) */
export function parseConfig(json: Uint8Array): RepositoryConfig {
  const { value, extra } = parseDocument(json, KNOWN, {
    schema,
    code: 'CONFIG_INVALID',
    what: 'the config of the repository',
    hint: 'bring the file "config" back from a copy of the repository',
  });
  return { version: value.version, id: value.id, chunkerPolynomial: value.chunker_polynomial, extra };
}

export function encodeConfig(config: RepositoryConfig): Buffer {
  return Buffer.from(
    goJsonObject([
      { key: 'version', number: config.version },
      { key: 'id', text: config.id },
      { key: 'chunker_polynomial', text: config.chunkerPolynomial },
      ...extraJsonFields(config.extra),
    ]),
  );
}
