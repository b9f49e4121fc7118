import { goJsonValue } from '@lumbung/engine';

/** A JSON message as restic writes it: keys in the order given, undefined ones left out. */
export function jsonMessage(fields: Readonly<Record<string, unknown>>): string {
  return goJsonValue(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
}

/** Left out when zero, as Go's encoder does for most counters. */
export function nonZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}
