// What is refused before anybody asks who it is: a host that is not ours, and a change that another site's page sent.
import { LumbungError } from '@lumbung/stdx';
import { isLoopback } from './client-address.ts';

export interface KnownHosts {
  /** Where people reach Lumbung; undefined: nobody said, so that only addresses are known, and no names. */
  readonly baseUrl: URL | undefined;
  /** Other names of it, as `name` or `name:port`. */
  readonly alsoKnownAs: readonly string[];
}

const LOCAL_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])(?::\d{1,5})?$/;

/** A name that is not ours leads here only by a trick (DNS rebinding) or by mistake; links and cookies would be made for it.
 *  @throws LumbungError HOST_UNKNOWN (operator) */
export function checkHost(host: string | null, peer: string | undefined, known: KnownHosts): void {
  const asked = (host ?? '').toLowerCase();
  if (asked === known.baseUrl?.host || known.alsoKnownAs.includes(asked)) return;
  // A name that only this machine can have meant, from this machine.
  if (isLoopback(peer ?? '') && LOCAL_NAME.test(asked)) return;
  // An address cannot be bent to lead elsewhere.
  if (known.baseUrl === undefined && (ADDRESS.test(asked) || LOCAL_NAME.test(asked))) return;
  throw new LumbungError('HOST_UNKNOWN', {
    kind: 'operator',
    message: 'this server is not known by that name',
    hint: 'open the address in the settings, or set LUMBUNG_BASE_URL to this one',
  });
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A browser adds our cookie to whatever another site's page sends here, but says whose page it was. A program that brings a
 *  token is not driven by a page; one without cookie and token can do nothing that a page could not.
 *  @throws LumbungError ORIGIN_REFUSED (operator) */
export function checkOrigin(method: string, headers: Headers, known: KnownHosts): void {
  if (SAFE_METHODS.has(method) || headers.has('authorization')) return;
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  if (site !== null) {
    if (site !== 'same-origin') throw originRefused();
  } else if (origin === null) {
    if (headers.has('cookie')) throw originRefused();
    return;
  }
  if (origin !== null && !isOurs(origin, headers.get('host'), known)) throw originRefused();
}

function isOurs(origin: string, host: string | null, known: KnownHosts): boolean {
  if (origin === known.baseUrl?.origin) return true;
  // The host was checked before: it is one of our names. What carries the encryption may stand in front of us.
  return URL.parse(origin)?.host === host?.toLowerCase();
}

function originRefused(): LumbungError {
  return new LumbungError('ORIGIN_REFUSED', {
    kind: 'operator',
    message: 'the request came from the page of another site',
    hint: 'open Lumbung itself and repeat the act there',
  });
}
