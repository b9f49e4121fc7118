import type { Clock } from '@lumbung/stdx';
import { failure, type RemarkArguments, type RemarkCode, remark, type Said } from './remark.ts';

/** What is asked, in the order in which it is thought of. */
export const CHECK_IDS = [
  'login',
  'connect',
  'pooler',
  'encryption',
  'server-version',
  'tool-version',
  'connections',
  'clock',
  'replica',
  'globals',
  'grants',
  'grants-databases',
  'grants-sessions',
  'grants-users',
  'settings',
  'reading',
  'row-security',
  'large-objects',
  'locks',
  'storage',
  'extensions',
  'engines',
  'views',
  'values',
  'persistence',
  'memory',
  'checksum',
  'modules',
  'cluster',
  'open',
  'journal',
  'folder',
  'writable',
  'name-free',
  'privilege',
  'role-map',
  'roles',
  'owners',
  'schemas',
  'grantors',
  'locale',
  'tables',
  'packet',
  'collations',
  'definers',
  'functions',
  'name-case',
  'own-name',
  'questions',
  'empty',
  'databases',
  'owner',
  'space',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

/** An answer, and what to do about it. */
export interface Verdict {
  readonly result: 'pass' | 'warn' | 'fail';
  readonly remark: Said;
}

/** One question of a preflight, with its answer. */
export interface Check extends Verdict {
  readonly id: CheckId;
  /** What the question is about, where it is asked of each database. */
  readonly database?: string;
  readonly durationMs: number;
}

export function pass<Code extends RemarkCode>(code: Code, ...params: RemarkArguments<Code>): Verdict {
  return { result: 'pass', remark: remark(code, ...params) };
}

export function warn<Code extends RemarkCode>(code: Code, ...params: RemarkArguments<Code>): Verdict {
  return { result: 'warn', remark: remark(code, ...params) };
}

export function fail<Code extends RemarkCode>(code: Code, ...params: RemarkArguments<Code>): Verdict {
  return { result: 'fail', remark: remark(code, ...params) };
}

export function failed(error: unknown, paste?: string): Verdict {
  return { result: 'fail', remark: failure(error, paste) };
}

/** Questions with their answers, and how long each took. */
export class CheckList {
  readonly checks: Check[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async ask(id: CheckId, answer: () => Verdict | Promise<Verdict>, database?: string): Promise<void> {
    const beganMs = this.#clock.monotonicMs();
    const verdict = await answer();
    const durationMs = Math.round(this.#clock.monotonicMs() - beganMs);
    this.checks.push({ id, ...(database === undefined ? {} : { database }), ...verdict, durationMs });
  }
}

export function failedOf<Each extends Verdict>(checks: readonly Each[]): Each[] {
  return checks.filter(({ result }) => result === 'fail');
}
