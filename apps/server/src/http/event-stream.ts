// Server-sent events: one open answer that tells what happens. Every event has an id; a browser that lost the connection
// asks again with the last one it saw, and whoever holds the events decides where to go on.
import type { Clock } from '@lumbung/stdx';

export interface ServerEvent {
  /** Without line breaks; what the client sends as Last-Event-ID. */
  readonly id: string;
  /** `run.progress`. */
  readonly type: string;
  readonly data: unknown;
}

export interface EventSource {
  /** Events after `lastEventId`, and those to come, until `signal`. It is asked for the next one only when the client has
   *  taken the one before: what it does not take, its holder must bound. */
  readonly events: (lastEventId: string | undefined, signal: AbortSignal) => AsyncIterable<ServerEvent>;
}

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 3_000;
const HEARTBEAT = ': here\n\n';
const LAST_EVENT_ID = /^[\x21-\x7e]{1,128}$/;

/** The body of such an answer. It ends its source when the client goes, and when `signal` is aborted.
 *  @param lastEventId as the client sent it: what cannot be one of ours is taken as none */
export function eventStream(
  source: EventSource,
  {
    lastEventId,
    signal,
    clock,
  }: { readonly lastEventId: string | null; readonly signal: AbortSignal; readonly clock: Clock },
): ReadableStream<Uint8Array> {
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const after = lastEventId !== null && LAST_EVENT_ID.test(lastEventId) ? lastEventId : undefined;
  const encoder = new TextEncoder();
  const iterator = source.events(after, both)[Symbol.asyncIterator]();
  // Asked once, and kept over heartbeats: a source is never asked twice for one event.
  let next: Promise<IteratorResult<ServerEvent>> | undefined;

  const end = async () => {
    ended.abort();
    await iterator.return?.();
  };

  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
      },
      // Called when the client took what there was: this is the back-pressure.
      pull: async (controller) => {
        next ??= iterator.next();
        const rest = new AbortController();
        try {
          const quiet = clock.sleep(HEARTBEAT_MS, AbortSignal.any([both, rest.signal])).then(
            () => 'quiet' as const,
            () => 'over' as const,
          );
          const first = await Promise.race([next, quiet]);
          if (first === 'quiet') {
            controller.enqueue(encoder.encode(HEARTBEAT));
          } else if (first === 'over' || first.done === true) {
            await end();
            controller.close();
          } else {
            next = undefined;
            controller.enqueue(encoder.encode(printEvent(first.value)));
          }
        } catch (error) {
          await end();
          if (signal.aborted) controller.close();
          else throw error;
        } finally {
          rest.abort();
        }
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}

/** JSON has no line break outside its escapes, so that data can never end its event and begin another. */
export function printEvent({ id, type, data }: ServerEvent): string {
  const line = (text: string): string => text.replaceAll(/[\r\n\0]/g, '');
  return `id: ${line(id)}\nevent: ${line(type)}\ndata: ${JSON.stringify(data)}\n\n`;
}
