import type { LumbungError } from '@lumbung/stdx';

const LENGTH_MAX = 2000;

/** What a database server itself said, without ours around it: to be quoted as its own words. */
export function serverWords({ context, message }: LumbungError): string {
  const said = context['said'] ?? context['detail'];
  return (typeof said === 'string' ? said : message).slice(0, LENGTH_MAX);
}
