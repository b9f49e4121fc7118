// What shall go wrong, as data: a plan is a list of rules, each a place and an effect. Plans never change; every word
// gives a longer one.
//
//   faultPlan().onWrite(7).crashesAfter()
//   faultPlan().onSave(2, 'index').fails('noSpace').onLoad('every', 'data').delays(50)

export const ACTS = ['save', 'remove', 'load', 'stat', 'list'] as const;
export type Act = (typeof ACTS)[number];

/** The how many-th act that the rule is about, from 1; or all of them; or all of a stretch. */
export type Occurrence = number | 'every' | { readonly from: number; readonly to?: number };

export const FAILURES = ['unavailable', 'noSpace', 'accessDenied', 'readOnly', 'missing'] as const;
export type Failure = (typeof FAILURES)[number];

export type Effect =
  | { readonly kind: 'crash'; readonly moment: 'before' | 'after' }
  | { readonly kind: 'crashTorn'; readonly keptBytes: number }
  | { readonly kind: 'fail'; readonly failure: Failure; readonly moment: 'before' | 'after' }
  | { readonly kind: 'tear'; readonly keptBytes: number }
  | { readonly kind: 'flipBit'; readonly bitIdx: number }
  | { readonly kind: 'shorten'; readonly byBytes: number }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'hang' };

export interface FaultRule {
  readonly acts: readonly Act[];
  /** Only acts in this folder count; undefined: in any. */
  readonly folder: string | undefined;
  readonly occurrence: Occurrence;
  readonly effect: Effect;
}

/** The beginning of a plan: nothing goes wrong. */
export function faultPlan(): FaultPlan {
  return new FaultPlan([]);
}

export class FaultPlan {
  readonly rules: readonly FaultRule[];

  constructor(rules: readonly FaultRule[]) {
    this.rules = rules;
  }

  /** Saves and removes, counted together. */
  onWrite(occurrence: Occurrence, folder?: string): FaultyWrite {
    return new FaultyWrite(this, ['save', 'remove'], occurrence, folder);
  }

  onSave(occurrence: Occurrence, folder?: string): FaultyWrite {
    return new FaultyWrite(this, ['save'], occurrence, folder);
  }

  onRemove(occurrence: Occurrence, folder?: string): FaultyAct {
    return new FaultyAct(this, ['remove'], occurrence, folder);
  }

  onLoad(occurrence: Occurrence, folder?: string): FaultyLoad {
    return new FaultyLoad(this, ['load'], occurrence, folder);
  }

  onStat(occurrence: Occurrence, folder?: string): FaultyAct {
    return new FaultyAct(this, ['stat'], occurrence, folder);
  }

  onList(occurrence: Occurrence, folder?: string): FaultyAct {
    return new FaultyAct(this, ['list'], occurrence, folder);
  }

  /** Any act of any kind. */
  onAct(occurrence: Occurrence, folder?: string): FaultyAct {
    return new FaultyAct(this, ACTS, occurrence, folder);
  }
}

class FaultyAct {
  readonly #plan: FaultPlan;
  readonly #place: Omit<FaultRule, 'effect'>;

  constructor(plan: FaultPlan, acts: readonly Act[], occurrence: Occurrence, folder: string | undefined) {
    this.#plan = plan;
    this.#place = { acts, occurrence, folder };
  }

  /** The power goes off instead: the act does not happen, and nothing happens any more. */
  crashesBefore(): FaultPlan {
    return this.with({ kind: 'crash', moment: 'before' });
  }

  /** The act takes effect, then the power goes off: the caller never learns that it succeeded. */
  crashesAfter(): FaultPlan {
    return this.with({ kind: 'crash', moment: 'after' });
  }

  /** The act does not happen and fails; the next one works again. */
  fails(failure: Failure = 'unavailable'): FaultPlan {
    return this.with({ kind: 'fail', failure, moment: 'before' });
  }

  /** The act takes effect, and the caller is told that it failed: the answer was lost on its way. */
  failsAfterwards(failure: Failure = 'unavailable'): FaultPlan {
    return this.with({ kind: 'fail', failure, moment: 'after' });
  }

  /** It happens `delayMs` later by the clock. */
  delays(delayMs: number): FaultPlan {
    return this.with({ kind: 'delay', delayMs });
  }

  /** It never answers, until the caller's signal ends it. */
  hangs(): FaultPlan {
    return this.with({ kind: 'hang' });
  }

  protected with(effect: Effect): FaultPlan {
    return new FaultPlan([...this.#plan.rules, { ...this.#place, effect }]);
  }
}

class FaultyWrite extends FaultyAct {
  /** The connection breaks: the first `keptBytes` lie under the final name, and the caller is told that it failed. A
   *  backend with such a rule says that it has no atomic replace. */
  tears(keptBytes: number): FaultPlan {
    return this.with({ kind: 'tear', keptBytes });
  }

  /** The same, and the power goes off. */
  crashesTorn(keptBytes: number): FaultPlan {
    return this.with({ kind: 'crashTorn', keptBytes });
  }
}

class FaultyLoad extends FaultyAct {
  /** One bit of the answer is wrong, counted from the first byte of the answer; beyond its end: the last bit. */
  flipsBit(bitIdx = 0): FaultPlan {
    return this.with({ kind: 'flipBit', bitIdx });
  }

  /** A driver that lies: the answer lacks its last bytes, without an error. */
  shortens(byBytes = 1): FaultPlan {
    return this.with({ kind: 'shorten', byBytes });
  }
}
