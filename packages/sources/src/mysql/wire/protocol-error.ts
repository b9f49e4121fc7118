import { LumbungError } from '@lumbung/stdx';

/** What came is not what the protocol says. The bytes are hostile, or something stands between. */
export function protocolError(detail: string): LumbungError {
  return new LumbungError('DB_PROTOCOL_ERROR', {
    kind: 'operator',
    message: `the server does not speak the protocol of MySQL: ${detail}`,
    context: { detail },
    hint: 'check the address and the port; connect directly, without a proxy',
  });
}

export function connectionLost(cause?: unknown): LumbungError {
  return new LumbungError('DB_CONNECTION_LOST', {
    kind: 'transient',
    message: 'the connection to the database server was lost',
    hint: 'what was read so far is not kept; try again',
    cause,
  });
}
