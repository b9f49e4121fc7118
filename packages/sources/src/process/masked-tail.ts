import type { Secret } from './secret.ts';

const MASK = '***';
/** Below this a mask would tell more than it hides: `p***ssword` says what stood there. */
const LENGTH_MASKED_ANYWHERE = 4;

/** The last bytes of what a program says, bounded, and shown without secrets. */
export class MaskedTail {
  readonly #bytesMax: number;
  readonly #secrets: readonly Secret[];
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isCut = false;

  constructor(bytesMax: number, secrets: readonly Secret[]) {
    this.#bytesMax = bytesMax;
    this.#secrets = secrets;
  }

  push(chunk: Buffer): void {
    // Copied where it is cut: a slice would keep the whole chunk alive.
    const kept = chunk.length > this.#bytesMax ? Buffer.from(chunk.subarray(-this.#bytesMax)) : chunk;
    this.#isCut ||= kept.length < chunk.length;
    this.#chunks.push(kept);
    this.#bytes += kept.length;
    while (this.#bytes > this.#bytesMax) {
      const [oldest] = this.#chunks;
      if (oldest === undefined) break;
      const excessBytes = this.#bytes - this.#bytesMax;
      this.#isCut = true;
      if (oldest.length <= excessBytes) {
        this.#chunks.shift();
        this.#bytes -= oldest.length;
      } else {
        this.#chunks[0] = Buffer.from(oldest.subarray(excessBytes));
        this.#bytes -= excessBytes;
      }
    }
    // A program that speaks byte by byte would otherwise cost an object each.
    if (this.#chunks.length > 64) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  /** Whole lines when the beginning was lost: half a line may begin with half a secret. */
  text(): string {
    const whole = Buffer.concat(this.#chunks).toString('utf8');
    const lines = this.#isCut ? whole.slice(whole.indexOf('\n') + 1 || whole.length) : whole;
    return maskSecrets(lines, this.#secrets);
  }
}

/** `text` without the secrets, in every form in which a dump tool may repeat them, and without control characters that
 *  a terminal would obey. */
export function maskSecrets(text: string, secrets: readonly Secret[]): string {
  // The longest first: one secret may be a part of another, or of its own quoted form.
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  const pattern = forms.map(patternOf).join('|');
  const masked = pattern === '' ? text : text.replace(new RegExp(pattern, 'gu'), MASK);
  return masked.replace(/[\0-\x08\x0B-\x1F\x7F-\x9F]/g, '?');
}

function formsOf(secret: Secret): string[] {
  const value = secret.reveal();
  const backslashed = value.replace(/\\/g, '\\\\');
  return [
    value,
    encodeURIComponent(value.toWellFormed()),
    // PGPASSFILE, MySQL option files, SQL literals.
    backslashed.replace(/:/g, '\\:'),
    backslashed.replace(/"/g, '\\"'),
    backslashed.replace(/'/g, "\\'"),
    value.replace(/'/g, "''"),
  ].filter((form) => form !== '');
}

function patternOf(form: string): string {
  const literal = Array.from(form, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`).join('');
  return form.length < LENGTH_MASKED_ANYWHERE ? `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])` : literal;
}
