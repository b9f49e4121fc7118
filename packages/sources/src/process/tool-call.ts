import type { Clock } from '@lumbung/stdx';
import type { Secret } from './secret.ts';

/** An installed program. */
export interface Tool {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** The Debian package it comes in, for whoever has to install it. */
  readonly packageName: string;
}

export interface ToolCall {
  readonly tool: Tool;
  /** Never a secret: every user of the machine can read them. */
  readonly args: readonly string[];
  /** Added to an environment that holds next to nothing. */
  readonly env?: Readonly<Record<string, string>>;
  /** Private: where the tool finds no settings of any user. */
  readonly homeFolder: string;
  /** What the tool may know and must not be quoted with. */
  readonly secrets?: readonly Secret[];
  /** What the tool reads from `/dev/fd/3`, as often as it wants; on no disk under any name. */
  readonly inheritedText?: Secret;
  /** Its standard input; nothing by default. Nobody waits for it once the tool has ended. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** `all`, by default: a tool that ends well without having read its input has failed. `some`: it knows where what it wants
   *  ends, as in an archive with a padding behind. */
  readonly inputNeeded?: 'all' | 'some';
  /** Only root may ask for it. */
  readonly runAs?: { readonly uid: number; readonly gid: number };
}

/** A subset of `Control`. */
export interface RunControl {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** `Infinity`: not watched. */
  readonly stallMs: number;
  /** `Infinity`: not limited. */
  readonly hardMs: number;
  /** Asked when no byte passed for `stallMs`: true when the server itself is seen to work, so that a long sort before
   *  the first row is not taken for a standstill. */
  isServerBusy?(): Promise<boolean>;
}
