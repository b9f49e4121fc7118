import { LumbungError } from '@lumbung/stdx';
import * as z from 'zod';
import { MasterKey } from '../crypto/master-key.ts';
import { goJsonObject, parseDocument } from './json-document.ts';
import { isTimestampText, parseTimestamp, type Timestamp } from './timestamp.ts';

/** One password's way to the master key. */
export interface KeyFile {
  readonly created: Timestamp;
  readonly username: string;
  readonly hostname: string;
  /** scrypt parameters; checked where they are used. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  /** The master key's JSON, sealed with the key of the password. */
  readonly data: Buffer;
}

const base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .transform((text) => Buffer.from(text, 'base64'));

const keySchema = z.object({
  created: z.string().refine(isTimestampText, 'not a time').transform(parseTimestamp),
  username: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  hostname: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  kdf: z.literal('scrypt'),
  N: z.number(),
  r: z.number(),
  p: z.number(),
  salt: base64,
  data: base64,
});

/** @throws LumbungError KEY_FILE_INVALID (corruption) */
export function parseKeyFile(json: Uint8Array): KeyFile {
  const { created, username, hostname, N, r, p, salt, data } = parseDocument(json, {
    schema: keySchema,
    code: 'KEY_FILE_INVALID',
    what: 'a key file',
  });
  return { created, username, hostname, n: N, r, p, salt, data };
}

export function encodeKeyFile(key: KeyFile): Buffer {
  return Buffer.from(
    goJsonObject([
      { key: 'created', text: key.created },
      { key: 'username', text: key.username },
      { key: 'hostname', text: key.hostname },
      { key: 'kdf', text: 'scrypt' },
      { key: 'N', number: key.n },
      { key: 'r', number: key.r },
      { key: 'p', number: key.p },
      { key: 'salt', text: key.salt.toString('base64') },
      { key: 'data', text: key.data.toString('base64') },
    ]),
  );
}

const masterKeySchema = z.object({
  mac: z.object({ k: base64, r: base64 }),
  encrypt: base64,
});

/** @throws LumbungError KEY_FILE_INVALID (corruption). The message never shows the bytes. */
export function parseMasterKey(json: Uint8Array): MasterKey {
  const { mac, encrypt } = parseDocument(json, {
    schema: masterKeySchema,
    code: 'KEY_FILE_INVALID',
    what: 'a master key',
  });
  if (mac.k.length !== 16 || mac.r.length !== 16 || encrypt.length !== 32) {
    throw new LumbungError('KEY_FILE_INVALID', {
      kind: 'corruption',
      message: 'a master key has parts of the wrong length',
    });
  }
  return new MasterKey({ encrypt, macK: mac.k, macR: mac.r });
}

export function encodeMasterKey({ macK, macR, encrypt }: MasterKey): Buffer {
  const mac = goJsonObject([
    { key: 'k', text: macK.toString('base64') },
    { key: 'r', text: macR.toString('base64') },
  ]);
  return Buffer.from(
    goJsonObject([
      { key: 'mac', json: mac },
      { key: 'encrypt', text: encrypt.toString('base64') },
    ]),
  );
}
