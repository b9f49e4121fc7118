/**
 * What a remark can carry, by how people read it. `name`: text of somebody else, as it is: a name, a version, a server's own
 * words. `duration`: milliseconds. `paste`: statements or shell commands, a line each, which nobody translates. `parts`, `kind`
 * and `objects` are words of this program.
 */
interface Values {
  readonly name: string;
  readonly names: Listed<string>;
  readonly count: number;
  readonly bytes: number;
  readonly duration: number;
  readonly paste: string;
  readonly parts: readonly DumpPart[];
  readonly kind: ObjectKind;
  readonly objects: Listed<NamedObject>;
}

export type ValueKind = keyof Values;
export type RemarkValue = Values[ValueKind];

/** Which values the remarks of some codes carry. */
export type RemarkSpecs = Readonly<Record<string, Readonly<Record<string, ValueKind>>>>;

export type ValuesOf<Spec extends Readonly<Record<string, ValueKind>>> = {
  readonly [Name in keyof Spec]: Values[Spec[Name]];
};

/** The first of a list that may be long, and how many there are. */
export interface Listed<Item> {
  readonly first: readonly Item[];
  readonly count: number;
}

const LISTED_MAX = 20;
/** Of a name in a list: servers bound theirs, who sends us one may not. */
const NAME_LENGTH_MAX = 1000;

export function listed(names: readonly string[]): Listed<string> {
  return {
    first: names.slice(0, LISTED_MAX).map((name) => name.slice(0, NAME_LENGTH_MAX)),
    count: names.length,
  };
}

export function listedObjects(objects: readonly NamedObject[]): Listed<NamedObject> {
  return { first: objects.slice(0, LISTED_MAX).map(({ kind, name }) => ({ kind, name })), count: objects.length };
}

/** Parts of a database that a right opens. */
export const DUMP_PARTS = [
  'tables',
  'views',
  'functions-of-views',
  'triggers',
  'events',
  'routines',
  'lock',
  'sessions',
  'users',
  'databases',
] as const;
export type DumpPart = (typeof DUMP_PARTS)[number];

/** Kinds of objects, as inventories and schemas name them. `other`: one that this program does not know. */
export const OBJECT_KINDS = [
  'table',
  'partitionedTable',
  'foreignTable',
  'view',
  'view-placeholder',
  'materializedView',
  'index',
  'sequence',
  'function',
  'procedure',
  'aggregate',
  'package',
  'package-body',
  'trigger',
  'event',
  'eventTrigger',
  'primaryKey',
  'foreignKey',
  'unique',
  'check',
  'otherConstraint',
  'enum',
  'domain',
  'range',
  'type',
  'schema',
  'extension',
  'policy',
  'foreignServer',
  'largeObject',
  'publication',
  'subscription',
  'other',
] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

export interface NamedObject {
  readonly kind: ObjectKind;
  readonly name: string;
}

/** Of a word from a manifest or a catalogue. */
export function objectKindOf(word: string): ObjectKind {
  return OBJECT_KINDS.find((kind) => kind === word) ?? 'other';
}
