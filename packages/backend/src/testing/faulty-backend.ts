// The fault model.
//
// - The power goes off. Acts that were answered stay done; the act that was under way happened wholly, not at all, or
//   (where replacing is not atomic) in part; nothing happens afterwards. Everything then fails with
//   BACKEND_POWERED_OFF, which is no transient error: nobody waits for it to pass. What is left is what the wrapped
//   backend holds: reopen on that.
// - An act fails: before it took effect, or after, when only the answer was lost.
// - A save is torn: a part of the file lies under the final name.
// - The medium is full: saves beyond its room fail, and leave nothing.
// - The medium lies: a wrong bit, or a shorter answer than asked for.
// - An act takes long, or for ever.
//
// Not modelled: a saved file that is forgotten although its save was answered (a disk that ignores syncs), acts that
// take effect in another order than they were answered, and a file that changes by itself (damage the wrapped one).
//
// Acts are counted when they begin, in the order in which they are called; saves and removes together are the writes.
// `create` and `close` are not counted.
import { assertNever, type Clock, LumbungError } from '@lumbung/stdx';
import type { Backend, BackendProperties, ByteRange, CallOptions, FileHandle, FileInfo } from '../backend.ts';
import { type Act, type Effect, type Failure, FaultPlan, type FaultRule } from './fault-plan.ts';

export interface FaultyBackendOptions {
  readonly plan?: FaultPlan;
  /** What a delay is measured by; a plan that delays needs one. */
  readonly clock?: Clock;
  /** Bytes that may still be saved; more fail with BACKEND_NO_SPACE. Removing gives nothing back. */
  readonly roomBytes?: number;
}

export interface SeenAct {
  readonly act: Act;
  readonly folder: string;
  /** Empty for a listing. */
  readonly name: string;
}

/** A backend whose wrongs are planned: see the fault model at the head of this file. */
export class FaultyBackend implements Backend {
  /** Every act so far, in the order in which they began. */
  readonly seen: SeenAct[] = [];
  readonly #inner: Backend;
  readonly #clock: Clock | undefined;
  #plan: FaultPlan;
  /** How many acts each rule has counted. */
  #counts: number[];
  #roomBytes: number;
  #isPoweredOff = false;

  constructor(inner: Backend, options: FaultyBackendOptions = {}) {
    this.#inner = inner;
    this.#clock = options.clock;
    this.#plan = options.plan ?? new FaultPlan([]);
    this.#counts = this.#plan.rules.map(() => 0);
    this.#roomBytes = options.roomBytes ?? Number.POSITIVE_INFINITY;
  }

  get location(): string {
    return this.#inner.location;
  }

  get properties(): BackendProperties {
    const tears = this.#plan.rules.some(({ effect }) => effect.kind === 'tear' || effect.kind === 'crashTorn');
    return tears ? { ...this.#inner.properties, hasAtomicReplace: false } : this.#inner.properties;
  }

  /** Saves and removes so far: run once with an empty plan, then crash at each number from 1 to this. */
  get writesSeen(): number {
    return this.seen.filter(({ act }) => act === 'save' || act === 'remove').length;
  }

  get isPoweredOff(): boolean {
    return this.#isPoweredOff;
  }

  /** From now on this goes wrong; the new rules count from here. */
  usePlan(plan: FaultPlan): void {
    this.#plan = plan;
    this.#counts = plan.rules.map(() => 0);
  }

  powerOff(): void {
    this.#isPoweredOff = true;
  }

  async create(options?: CallOptions): Promise<void> {
    this.#checkPower();
    await this.#inner.create(options);
    this.#checkPower();
  }

  async save(file: FileHandle, parts: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    await this.#act('save', file, options, {
      carryOut: () => this.#saveInRoom(file, parts, options),
      tear: (keptBytes) => this.#inner.save(file, [Buffer.concat(parts).subarray(0, keptBytes)], options),
    });
  }

  async load(file: FileHandle, range?: ByteRange, options?: CallOptions): Promise<Buffer> {
    const { answer, effect } = await this.#act('load', file, options, {
      carryOut: () => this.#inner.load(file, range, options),
    });
    return effect === undefined ? answer : falsified(answer, effect);
  }

  async stat(file: FileHandle, options?: CallOptions): Promise<FileInfo> {
    const { answer } = await this.#act('stat', file, options, { carryOut: () => this.#inner.stat(file, options) });
    return answer;
  }

  async *list(folder: string, options?: CallOptions): AsyncGenerator<FileInfo> {
    await this.#act('list', { folder, name: '' }, options, { carryOut: async () => undefined });
    for await (const info of this.#inner.list(folder, options)) {
      this.#checkPower();
      yield info;
    }
    this.#checkPower();
  }

  async remove(file: FileHandle, options?: CallOptions): Promise<void> {
    await this.#act('remove', file, options, { carryOut: () => this.#inner.remove(file, options) });
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #act<T>(
    act: Act,
    file: FileHandle,
    options: CallOptions | undefined,
    { carryOut, tear }: { readonly carryOut: () => Promise<T>; readonly tear?: (keptBytes: number) => Promise<void> },
  ): Promise<{ readonly answer: T; readonly effect: Effect | undefined }> {
    this.#checkPower();
    this.seen.push({ act, folder: file.folder, name: file.name });
    const effect = this.#effectOn(act, file.folder);
    await this.#before(effect, file, options);
    if (effect?.kind === 'tear' || effect?.kind === 'crashTorn') {
      await tear?.(effect.keptBytes);
      if (effect.kind === 'crashTorn') this.#isPoweredOff = true;
      this.#checkPower();
      throw failure('unavailable', file);
    }
    const answer = await carryOut();
    if (effect?.kind === 'crash') this.#isPoweredOff = true;
    this.#checkPower();
    if (effect?.kind === 'fail') throw failure(effect.failure, file);
    return { answer, effect };
  }

  async #before(effect: Effect | undefined, file: FileHandle, options: CallOptions | undefined): Promise<void> {
    if (effect === undefined) return;
    if (effect.kind === 'crash' && effect.moment === 'before') this.#isPoweredOff = true;
    this.#checkPower();
    if (effect.kind === 'fail' && effect.moment === 'before') throw failure(effect.failure, file);
    if (effect.kind === 'hang') await untilAborted(options?.signal);
    if (effect.kind === 'delay') {
      if (this.#clock === undefined) throw new Error('a plan that delays needs a clock');
      await this.#clock.sleep(effect.delayMs, options?.signal);
      this.#checkPower();
    }
  }

  async #saveInRoom(file: FileHandle, parts: readonly Uint8Array[], options: CallOptions | undefined): Promise<void> {
    const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (sizeBytes > this.#roomBytes) throw failure('noSpace', file);
    this.#roomBytes -= sizeBytes;
    await this.#inner.save(file, parts, options);
  }

  /** The first rule that is due; every rule that is about such an act counts it. */
  #effectOn(act: Act, folder: string): Effect | undefined {
    let effect: Effect | undefined;
    for (const [ruleIdx, rule] of this.#plan.rules.entries()) {
      if (!rule.acts.includes(act) || (rule.folder !== undefined && rule.folder !== folder)) continue;
      const count = (this.#counts[ruleIdx] ?? 0) + 1;
      this.#counts[ruleIdx] = count;
      if (effect === undefined && isDue(rule, count)) effect = rule.effect;
    }
    return effect;
  }

  #checkPower(): void {
    if (!this.#isPoweredOff) return;
    throw new LumbungError('BACKEND_POWERED_OFF', {
      kind: 'operator',
      message: `${this.location}: the power is off`,
      context: { location: this.location },
      hint: 'this happens in tests only: open the wrapped backend again',
    });
  }
}

function isDue({ occurrence }: FaultRule, count: number): boolean {
  if (occurrence === 'every') return true;
  if (typeof occurrence === 'number') return count === occurrence;
  return count >= occurrence.from && count <= (occurrence.to ?? Number.POSITIVE_INFINITY);
}

function falsified(answer: Buffer, effect: Effect): Buffer {
  if (effect.kind === 'shorten') return answer.subarray(0, Math.max(answer.length - effect.byBytes, 0));
  if (effect.kind !== 'flipBit' || answer.length === 0) return answer;
  const bitIdx = Math.min(effect.bitIdx, answer.length * 8 - 1);
  const byteIdx = Math.floor(bitIdx / 8);
  answer[byteIdx] = (answer[byteIdx] ?? 0) ^ (1 << (bitIdx % 8));
  return answer;
}

function failure(what: Failure, file: FileHandle): LumbungError {
  const context = { folder: file.folder, name: file.name };
  const message = `planned failure of ${file.folder}/${file.name}: ${what}`;
  switch (what) {
    case 'unavailable':
      return new LumbungError('BACKEND_UNAVAILABLE', { kind: 'transient', message, context });
    case 'noSpace':
      return new LumbungError('BACKEND_NO_SPACE', { kind: 'operator', message, context });
    case 'accessDenied':
      return new LumbungError('BACKEND_ACCESS_DENIED', { kind: 'operator', message, context });
    case 'readOnly':
      return new LumbungError('BACKEND_READ_ONLY', { kind: 'operator', message, context });
    case 'missing':
      return new LumbungError('BACKEND_FILE_MISSING', { kind: 'operator', message, context });
    default:
      return assertNever(what);
  }
}

async function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  signal?.throwIfAborted();
  return await new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
