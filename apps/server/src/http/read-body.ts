import { LumbungError } from '@lumbung/stdx';

/** Names that would reach for the prototype of whoever copies them carelessly. No request of ours has them. */
const POISONED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const DEPTH_MAX = 32;

/** The bytes of a body, never more than `bytesMax`, whatever its length was said to be.
 *  @throws LumbungError BODY_TOO_LARGE (operator) */
export async function readBodyBytes(request: Request, bytesMax: number): Promise<Buffer> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > bytesMax) throw bodyTooLarge(bytesMax);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // No chunk is asked for after the limit: leaving the loop ends the stream.
  // A stream of the web is one of bytes here, whatever the type of `body` leaves open.
  const body = (request.body ?? []) as AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw bodyTooLarge(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** @throws LumbungError BODY_MEDIA_TYPE_UNKNOWN (operator) */
export function checkMediaType(header: string | null, wanted: string): void {
  const [type = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const isUtf8 = parameters.every(
    (parameter) => !/^\s*charset=/.test(parameter) || /=\s*"?utf-8"?\s*$/.test(parameter),
  );
  if (type.trim() === wanted && isUtf8) return;
  throw new LumbungError('BODY_MEDIA_TYPE_UNKNOWN', {
    kind: 'operator',
    message: `the body is not ${wanted}`,
    context: { wanted },
    hint: `send it as ${wanted} in UTF-8, and say so in Content-Type`,
  });
}

/** @throws LumbungError BODY_MALFORMED (operator) */
export function parseJsonBody(bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch (cause) {
    throw bodyMalformed('not JSON', cause);
  }
  checkNames(value, 0);
  return value;
}

/** @throws LumbungError BODY_MALFORMED (operator) for what is not UTF-8 */
export function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw bodyMalformed('not UTF-8', cause);
  }
}

function checkNames(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= DEPTH_MAX) throw bodyMalformed('nested too deeply');
  if (Array.isArray(value)) {
    for (const item of value) checkNames(item, depth + 1);
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    if (POISONED_NAMES.has(name)) throw bodyMalformed('a name that no request has');
    checkNames(item, depth + 1);
  }
}

function bodyMalformed(fault: string, cause?: unknown): LumbungError {
  return new LumbungError('BODY_MALFORMED', {
    kind: 'operator',
    message: `the body cannot be read: ${fault}`,
    context: { fault },
    hint: 'send one JSON document in UTF-8',
    // A parser quotes what it read: that may be a password.
    cause: cause === undefined ? undefined : new Error(fault),
  });
}

function bodyTooLarge(bytesMax: number): LumbungError {
  return new LumbungError('BODY_TOO_LARGE', {
    kind: 'operator',
    message: `the body is larger than ${bytesMax} bytes`,
    context: { bytesMax },
    hint: 'send less at once',
  });
}
