import { ArrayBuilder } from './array-builder.ts';
import { type PhpValue, type Place, valueAt } from './value.ts';

/** A call that opens a database or picks one. */
export interface PhpCall {
  /** Lower case: `mysqli_connect`, `select_db`; classes as they are created: `pdo`, `mysqli`. */
  readonly name: string;
  readonly args: readonly PhpValue[];
  readonly at: Place;
}

/** A variable, or a place in one. `undefined` in the path appends; `isKnown` false: a key is not known. */
export interface Reference {
  readonly name: string;
  readonly path: (string | undefined)[];
  isKnown: boolean;
}

/** Whether what is read surely runs, may run, or surely does not. */
export type Mode = 'certain' | 'uncertain' | 'dead';

/** Thrown when a file takes too much work; nothing more of it is read. */
export class TooComplexError extends Error {}

/** Steps over a file, each copied entry of an array counted: some hundred times what configurations take. */
const WORK_MAX = 1_000_000;
const CONFLICTS_MAX = 20;
const CALLS_MAX = 100;

const RECORDED: ReadonlySet<string> = new Set([
  'mysqli_connect',
  'mysqli_real_connect',
  'mysqli_select_db',
  'mysql_connect',
  'mysql_pconnect',
  'mysql_select_db',
  'pg_connect',
  'pg_pconnect',
  'pdo',
  'mysqli',
  'sqlite3',
  'real_connect',
  'select_db',
  'sqlsrv_connect',
  'oci_connect',
]);

/** What a file has said so far. */
export class Memory {
  readonly variables = new Map<string, PhpValue>();
  readonly constants = new Map<string, PhpValue>();
  readonly calls: PhpCall[] = [];
  readonly #conflicts = new Map<string, Place>();
  #dead = 0;
  #uncertain = 0;
  #work = 0;

  /** @throws TooComplexError */
  charge(work: number): void {
    this.#work += work;
    if (this.#work > WORK_MAX) throw new TooComplexError();
  }

  get isDead(): boolean {
    return this.#dead > 0;
  }

  get isCertain(): boolean {
    return this.#dead === 0 && this.#uncertain === 0;
  }

  get conflicts(): readonly { readonly name: string; readonly at: Place }[] {
    return [...this.#conflicts].map(([name, at]) => ({ name, at }));
  }

  in<T>(mode: Mode, act: () => T): T {
    const [dead, uncertain] = [this.#dead, this.#uncertain];
    if (mode === 'dead') this.#dead += 1;
    if (mode === 'uncertain') this.#uncertain += 1;
    try {
      return act();
    } finally {
      this.#dead = dead;
      this.#uncertain = uncertain;
    }
  }

  /** What a function assigns is gone behind it, but for properties. It sees the variables around it, since it may name
   *  them as global. */
  inFunction(act: () => void): void {
    this.charge(this.variables.size);
    const around = [...this.variables];
    try {
      act();
    } finally {
      const properties = this.variables.get('this');
      this.variables.clear();
      for (const [name, value] of around) this.variables.set(name, value);
      if (properties !== undefined) this.variables.set('this', properties);
    }
  }

  assign(reference: Reference, value: PhpValue): PhpValue {
    if (this.#dead > 0 || !reference.isKnown) return value;
    const { name, path } = reference;
    const keys = path.filter((key) => key !== undefined);
    if (this.#uncertain > 0 && keys.length === path.length) {
      this.#compare(`$${[name, ...keys].join('.')}`, valueAt(this.variables.get(name), ...keys), value);
    }
    this.variables.set(name, this.#with(this.variables.get(name), path, value));
    return value;
  }

  /** A constant that is defined keeps its value, unless it is not known which of the two definitions runs. */
  define(name: string, value: PhpValue): void {
    if (this.#dead > 0) return;
    const before = this.constants.get(name);
    if (this.#uncertain > 0) this.#compare(name, before, value);
    if (before === undefined || this.#uncertain > 0) this.constants.set(name, value);
  }

  record(name: string, args: readonly PhpValue[], at: Place): void {
    if (this.#dead > 0 || this.calls.length >= CALLS_MAX) return;
    if (RECORDED.has(name)) this.calls.push({ name, args, at });
  }

  #compare(name: string, before: PhpValue | undefined, value: PhpValue): void {
    // What is not known is told by whoever needs it.
    if (before === undefined || before.kind === 'unresolved' || value.kind === 'unresolved') return;
    if (this.#conflicts.size >= CONFLICTS_MAX) return;
    this.charge(name.length);
    if (before.kind === 'scalar' && value.kind === 'scalar' && before.value === value.value) return;
    this.#conflicts.set(name, value.at);
  }

  /** Arrays are values: a changed one is another one, so nothing that holds the old one sees it. */
  #with(container: PhpValue | undefined, path: readonly (string | undefined)[], value: PhpValue): PhpValue {
    if (path.length === 0) return value;
    const [key, ...rest] = path;
    const before = container?.kind === 'array' ? container : undefined;
    this.charge(1 + path.length + (before?.entries.size ?? 0));
    const builder = new ArrayBuilder(before?.entries);
    if (key === undefined) builder.append(this.#with(undefined, rest, value));
    else builder.set(key, this.#with(builder.get(key), rest, value));
    return builder.finish(before?.at ?? value.at);
  }
}
