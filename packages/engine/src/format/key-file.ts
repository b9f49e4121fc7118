import { LumbungError } from '@lumbung/stdx';
import * as z from 'zod';
import { MasterKey } from '../crypto/master-key.ts';
import { base64Bytes, optionalText, optionalTimestamp } from './document-schemas.ts';
import { goJsonObject, parseDocument } from './json-document.ts';
import type { Timestamp } from './timestamp.ts';

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

const keySchema = z.object({
  created: optionalTimestamp,
  username: optionalText,
  hostname: optionalText,
  kdf: z.literal('scrypt'),
  N: z.int(),
  r: z.int(),
  p: z.int(),
  salt: base64Bytes,
  data: base64Bytes,
});

const KEY_FIELDS = ['created', 'username', 'hostname', 'kdf', 'N', 'r', 'p', 'salt', 'data'];

/** @throws LumbungError KEY_FILE_INVALID (corruption) */
export function parseKeyFile(json: Uint8Array): KeyFile {
  const { value } = parseDocument(json, KEY_FIELDS, {
    schema: keySchema,
    code: 'KEY_FILE_INVALID',
    what: 'a key file',
    hint: 'use the password of another key, or bring the file back from a copy of the repository',
  });
  const { created, username, hostname, N: n, r, p, salt, data } = value;
  return { created, username, hostname, n, r, p, salt, data };
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
  mac: z.object({ k: base64Bytes, r: base64Bytes }),
  encrypt: base64Bytes,
});

const MASTER_KEY_HINT = 'use the password of another key';

/** @throws LumbungError KEY_FILE_INVALID (corruption). The error never shows the bytes. */
export function parseMasterKey(json: Uint8Array): MasterKey {
  const { value } = parseDocument(json, ['mac', 'encrypt'], {
    schema: masterKeySchema,
    code: 'KEY_FILE_INVALID',
    what: 'a master key',
    hint: MASTER_KEY_HINT,
  });
  const { mac, encrypt } = value;
  if (mac.k.length !== 16 || mac.r.length !== 16 || encrypt.length !== 32) {
    throw new LumbungError('KEY_FILE_INVALID', {
      kind: 'corruption',
      message: 'a master key has parts of the wrong length',
      hint: MASTER_KEY_HINT,
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
