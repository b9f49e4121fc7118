import { LumbungError } from '@lumbung/stdx';

/** The other end does not speak the protocol: no PostgreSQL at all, or something between that damages it. */
export function protocolError(detail: string): LumbungError {
  return new LumbungError('DB_PROTOCOL_ERROR', {
    kind: 'operator',
    message: `the server does not speak the protocol of PostgreSQL: ${detail}`,
    context: { detail },
    hint: 'check the address and port; connect directly, without a proxy',
  });
}
