import { BlockList, isIP } from 'node:net';
import { LumbungError } from '@lumbung/stdx';

/** Whose word about the client is believed. */
export interface TrustedProxies {
  /** @param address empty: the other end of a unix socket, which only a program on this machine can be */
  has(address: string): boolean;
}

/** @param entries addresses, or networks as `10.0.0.0/8`
 *  @throws LumbungError PROXY_INVALID (operator) */
export function trustedProxies(entries: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits, ...more] = entry.split('/');
    const family = isIP(address);
    const bitsMax = family === 6 ? 128 : 32;
    const width = bits === undefined ? bitsMax : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (family === 0 || more.length > 0 || width < 0 || width > bitsMax) {
      throw new LumbungError('PROXY_INVALID', {
        kind: 'operator',
        message: `${entry} is neither an address nor a network`,
        context: { entry },
        hint: 'write an address such as 10.0.0.5, or a network such as 10.0.0.0/8',
      });
    }
    list.addSubnet(address, width, family === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    has: (address) =>
      address === '' || (isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')),
  };
}

/** The client's address: who connected, unless that is a trusted proxy; then the last address in X-Forwarded-For that is
 *  not one. What a client writes into that header itself stands further left and is never reached.
 *  @param peer the other end of the connection */
export function clientAddress(peer: string | undefined, forwardedFor: string | null, trusted: TrustedProxies): string {
  let address = plainAddress(peer ?? '');
  if (!trusted.has(address)) return address;
  for (const hop of (forwardedFor ?? '').split(',').toReversed()) {
    const next = plainAddress(hop.trim());
    if (isIP(next) === 0) return address;
    address = next;
    if (!trusted.has(address)) return address;
  }
  return address;
}

/** What rate limits count by: an IPv6 client has a whole /64 to choose addresses from. */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail = ''] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const middle = address.includes('::') ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0') : [];
  const groups = [...before, ...middle, ...after].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address);
}

/** IPv4 as IPv6 writes it is IPv4; a zone of an interface says nothing about the client. */
function plainAddress(address: string): string {
  const [bare = ''] = address.split('%');
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare);
  return mapped?.[1] ?? bare;
}
