import { TextDecoder } from 'node:util';
import { LumbungError } from '@lumbung/stdx';

/** How the platform calls encodings of PostgreSQL. UTF8 and LATIN1 need no table; SQL_ASCII is read as UTF-8. */
const LABELS: Readonly<Record<string, string>> = {
  EUC_CN: 'gbk',
  EUC_JIS_2004: 'euc-jp',
  EUC_JP: 'euc-jp',
  EUC_KR: 'euc-kr',
  ISO_8859_5: 'iso-8859-5',
  ISO_8859_6: 'iso-8859-6',
  ISO_8859_7: 'iso-8859-7',
  ISO_8859_8: 'iso-8859-8',
  KOI8R: 'koi8-r',
  KOI8U: 'koi8-u',
  LATIN2: 'iso-8859-2',
  LATIN3: 'iso-8859-3',
  LATIN4: 'iso-8859-4',
  LATIN5: 'windows-1254',
  LATIN6: 'iso-8859-10',
  LATIN7: 'iso-8859-13',
  LATIN8: 'iso-8859-14',
  LATIN9: 'iso-8859-15',
  LATIN10: 'iso-8859-16',
  WIN866: 'ibm866',
  WIN874: 'windows-874',
  WIN1250: 'windows-1250',
  WIN1251: 'windows-1251',
  WIN1252: 'windows-1252',
  WIN1253: 'windows-1253',
  WIN1254: 'windows-1254',
  WIN1255: 'windows-1255',
  WIN1256: 'windows-1256',
  WIN1257: 'windows-1257',
  WIN1258: 'windows-1258',
};
const ASCII = /^[\0-\x7f]*$/;

/**
 * Texts of an archive, which come in the encoding of the database and are kept byte by byte (`latin1`), because nothing may
 * be lost that is only passed on. Read for names to be compared, written for names to be changed.
 */
export class TocText {
  readonly #encoding: string;
  readonly #decoder: TextDecoder | undefined;

  /** `encoding`: as PostgreSQL names it. */
  constructor(encoding: string) {
    this.#encoding = encoding;
    const label = LABELS[encoding];
    if (label !== undefined) this.#decoder = new TextDecoder(label);
  }

  read(raw: string): string {
    if (this.#encoding === 'LATIN1' || ASCII.test(raw)) return raw;
    const bytes = Buffer.from(raw, 'latin1');
    return this.#decoder === undefined ? bytes.toString('utf8') : this.#decoder.decode(bytes);
  }

  /** @throws LumbungError DB_TEXT_INVALID (operator): the encoding has no such letter, or is one of several bytes */
  write(text: string): string {
    if (ASCII.test(text)) return text;
    const raw = this.#decoder === undefined && this.#encoding !== 'LATIN1' ? utf8(text) : this.#oneByOne(text);
    if (this.read(raw) !== text) {
      throw new LumbungError('DB_TEXT_INVALID', {
        kind: 'operator',
        message: `the name ${text} cannot be written in ${this.#encoding}`,
        hint: 'choose a name without such letters',
      });
    }
    return raw;
  }

  #oneByOne(text: string): string {
    const letters = Array.from({ length: 256 }, (_, byte) => this.read(String.fromCharCode(byte)));
    return [...text].map((letter) => String.fromCharCode(Math.max(letters.indexOf(letter), 0))).join('');
  }
}

function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
