// Who may do what: every action of the product, each with a column for each role. The server refuses what is not allowed
// here, a test compares every endpoint with every row, and the web UI hides what would be refused.
import { ROLES, type Role } from '../people/role.ts';

/** `all`: everything; `own-agency`: what belongs to the agency of the grant. */
export type Scope = 'all' | 'own-agency';

/** One consent that is needed before an act: any account with one of the roles gives it. `own-agency` means the agency the
 *  subject of the act belongs to; a subject without an agency does not need that consent. */
export interface Consent {
  readonly name: 'overseer' | 'owner';
  readonly from: Readonly<Partial<Record<Role, Scope>>>;
}

/** The decision of those who oversee the work: Kabid. */
const OVERSEER = { name: 'overseer', from: { overseer: 'all' } } as const satisfies Consent;
/** The decision of those whose data it is. */
const OWNER = { name: 'owner', from: { owner: 'own-agency' } } as const satisfies Consent;

export interface SecondPerson {
  readonly consents: readonly Consent[];
  /** `before`: the act waits. `afterwards`: it does not, and the consent is asked for within a day. */
  readonly when: 'before' | 'afterwards';
}

interface Flags {
  readonly secondPerson?: SecondPerson;
  /** Only a person with a session: never with a token. */
  readonly interactive?: true;
  /** Open to an account that has yet to set up the second factor its roles ask for. */
  readonly beforeSecondFactor?: true;
  /** Not by the account that did this one to the same thing. */
  readonly notAfter?: string;
}

/** Both are asked for what leaves the house or replaces what is in use. */
const OWNER_AND_OVERSEER = { consents: [OWNER, OVERSEER], when: 'before' } as const satisfies SecondPerson;
const OVERSEER_ALONE = { consents: [OVERSEER], when: 'before' } as const satisfies SecondPerson;
const OVERSEER_LATER = { consents: [OVERSEER], when: 'afterwards' } as const satisfies SecondPerson;

// The columns are the roles in their order: admin, operator, recipient, overseer, leader, auditor, owner.
// A: all of them; o: those of the own agency; -: refused.
// `anyone` needs no account, `signed-in` any account: what it is about is the caller's own.
const TABLE = [
  // The door.
  ['anyone', 'health.read'],
  ['anyone', 'setup.read'],
  ['anyone', 'setup.perform'],
  ['anyone', 'login.read'],
  ['anyone', 'login.perform'],
  ['anyone', 'login.device'],
  ['anyone', 'password.reset'],
  ['anyone', 'api.read'],

  // The caller's own.
  ['signed-in', 'me.read', { beforeSecondFactor: true }],
  ['signed-in', 'me.update', { interactive: true, beforeSecondFactor: true }],
  ['signed-in', 'me.password', { interactive: true, beforeSecondFactor: true }],
  ['signed-in', 'me.second-factor', { interactive: true, beforeSecondFactor: true }],
  ['signed-in', 'me.session', { interactive: true, beforeSecondFactor: true }],
  ['signed-in', 'me.token', { interactive: true }],
  ['signed-in', 'me.device', { interactive: true }],
  ['signed-in', 'logout.perform', { beforeSecondFactor: true }],

  // Accounts.
  ['A - - A - A -', 'account.read'],
  ['A - - - - - -', 'account.manage', { interactive: true }],
  ['A - - - - - -', 'account.reset-password', { interactive: true }],
  ['A - - - - - -', 'role.grant', { interactive: true }],
  ['A - - - - A -', 'session.read'],
  ['A - - - - - -', 'session.revoke'],
  ['A - - - - A -', 'token.read'],
  ['A - - - - - -', 'token.revoke'],

  // Second persons.
  ['A A A A A A o', 'approval.read'],
  ['A A A A - A o', 'approval.request'],
  ['- - - A - - o', 'approval.decide', { interactive: true }],

  // Evidence of who did what.
  ['A - - A A A -', 'audit.read'],
  ['A - - A A A -', 'audit.verify'],
  ['A - - A - A -', 'audit.export'],

  // The organisation and its order.
  ['A A A A A A A', 'organisation.read'],
  ['A - - - - - -', 'organisation.manage'],
  ['A A A A A A o', 'agency.read'],
  ['A A - - - - -', 'agency.manage'],
  ['A A A A A A o', 'person.read'],
  ['A A - - - - -', 'person.manage'],
  ['A A A A A A A', 'holiday.read'],
  ['A A - - - - -', 'holiday.manage'],
  ['A A A A A A -', 'procedure.read'],
  ['A A - - - - -', 'procedure.draft'],
  ['A - - A A - -', 'procedure.put-in-force', { interactive: true }],
  ['A A - - - - -', 'retention.shorten', { secondPerson: OVERSEER_ALONE }],

  // What is protected, and where it goes.
  ['A A A A A A o', 'application.read'],
  ['A A - - - - -', 'application.manage'],
  ['A A A A A A o', 'application.export'],
  ['A - - - - - -', 'application.delete', { secondPerson: OWNER_AND_OVERSEER }],
  ['A A A A A A o', 'asset.read'],
  ['A A - - - - -', 'asset.manage'],
  ['A A - - - - -', 'asset.probe'],
  ['A A A A A A -', 'server.read'],
  ['A A - - - - -', 'server.manage'],
  ['A A - - - - -', 'discovery.run'],
  ['A A A A A A -', 'destination.read'],
  ['A A - - - - -', 'destination.manage'],
  ['A A - - - - -', 'destination.probe'],
  ['A - - - - - -', 'destination.delete', { secondPerson: OVERSEER_ALONE }],
  ['A A - - - A -', 'secret.read'],
  ['A A - - - - -', 'secret.manage'],
  ['A - - - - - -', 'secret.rotate', { interactive: true }],
  ['A - - - - - -', 'recovery-kit.download', { interactive: true, secondPerson: OVERSEER_ALONE }],

  // Work. Making a backup never needs approval.
  ['A A A A A A o', 'overview.read'],
  ['A A A A A A o', 'event.read'],
  ['A A A A A A o', 'run.read'],
  ['A A A A - A -', 'run.read-log'],
  ['A A - - - - -', 'run.start'],
  ['A A - - - - -', 'run.cancel'],
  ['A A - - - - -', 'run.record-manual'],
  ['A A A A A A -', 'activity.read'],
  ['A A - - - - -', 'activity.manage'],
  ['A A A A - - -', 'activity.remark'],
  ['A A A A A A -', 'evidence.read'],
  ['A A - - - - -', 'evidence.attach'],
  ['A A A A A A -', 'report.read'],
  ['A A A A A A -', 'report.export'],
  ['- A - - - - -', 'report.edit'],
  ['- A - - - - -', 'report.send'],
  ['- - A A - - -', 'report.acknowledge', { interactive: true, notAfter: 'report.send' }],
  ['- - A A - - -', 'report.return', { interactive: true }],
  ['- - A A - - -', 'report.delegate', { interactive: true }],
  ['- - A A A - -', 'report.sign', { interactive: true }],

  // Copies.
  ['A A A A A A o', 'snapshot.read'],
  ['A A A A - A o', 'snapshot.browse'],
  ['A A - - - A o', 'snapshot.download', { secondPerson: OWNER_AND_OVERSEER }],
  ['A A - - - - -', 'snapshot.verify'],
  ['A A A A - - -', 'snapshot.pin'],
  ['A A - - - - -', 'snapshot.unpin', { secondPerson: OVERSEER_ALONE }],
  ['A A - - - - -', 'snapshot.bring-back'],
  ['A A - - - - -', 'snapshot.delete', { secondPerson: OVERSEER_ALONE }],
  ['A A A A A A o', 'restore.read'],
  ['A A A A - - o', 'restore.request'],
  ['A A - - - - -', 'restore.review'],
  ['- - - A - - o', 'restore.approve', { interactive: true, notAfter: 'restore.request' }],
  ['A A - - - - -', 'restore.aside'],
  ['A A - - - - -', 'restore.in-place', { secondPerson: OWNER_AND_OVERSEER }],
  ['A A - - - - -', 'restore.swap', { secondPerson: OWNER_AND_OVERSEER }],
  ['A A - - - - -', 'restore.emergency', { interactive: true, secondPerson: OVERSEER_LATER }],
  ['A A - - - - o', 'restore.verify'],
  ['A A A A A A -', 'drill.read'],
  ['A A - - - - -', 'drill.run'],

  // The house itself.
  ['A A A A A A -', 'maintenance.read'],
  ['A A - - - - -', 'maintenance.run'],
  ['A A - - - - -', 'repository.unlock'],
  ['A A - A - A -', 'notification.read'],
  ['A A - - - - -', 'notification.manage'],
  ['A A - - - - -', 'notification.test'],
  ['A - - - - A -', 'configuration.export'],
  ['A - - - - - -', 'configuration.apply'],
  ['A A - - - A -', 'system.read'],
  ['A A - - - A -', 'metrics.read'],
] as const satisfies readonly (readonly [string, string] | readonly [string, string, Flags])[];

export type Action = (typeof TABLE)[number][1];

/** Every action, in the order of the table. */
export const ACTIONS: readonly Action[] = TABLE.map(([, action]) => action);

export interface ActionRule {
  readonly action: Action;
  /** `anyone` needs no account; `signed-in` is any account, about its own things; `roles`: see `scopes`. */
  readonly who: 'anyone' | 'signed-in' | 'roles';
  /** What each role may reach; a role that is not there may not. */
  readonly scopes: Readonly<Partial<Record<Role, Scope>>>;
  readonly secondPerson: SecondPerson | undefined;
  readonly interactiveOnly: boolean;
  readonly beforeSecondFactor: boolean;
  /** The act whose doer may not do this one to the same thing. */
  readonly notAfter: Action | undefined;
}

/** The matrix: role × action. */
export const ACCESS_MATRIX: Readonly<Record<Action, ActionRule>> = readTable();

export function isAction(text: string): text is Action {
  return Object.hasOwn(ACCESS_MATRIX, text);
}

function readTable(): Readonly<Record<Action, ActionRule>> {
  const rows = TABLE.map((row): [Action, ActionRule] => {
    const [columns, action] = row;
    const flags: Flags = row.length === 3 ? row[2] : {};
    const isOpen = columns === 'anyone' || columns === 'signed-in';
    return [
      action,
      {
        action,
        who: isOpen ? columns : 'roles',
        scopes: isOpen ? {} : scopesOf(columns),
        secondPerson: flags.secondPerson,
        interactiveOnly: flags.interactive === true,
        beforeSecondFactor: flags.beforeSecondFactor === true,
        // A name of this table: a test walks all of them.
        notAfter: flags.notAfter as Action | undefined,
      },
    ];
  });
  // Every action of the table is there, and no other: the rows were just made of it.
  return Object.freeze(Object.fromEntries(rows)) as Readonly<Record<Action, ActionRule>>;
}

function scopesOf(columns: string): Partial<Record<Role, Scope>> {
  const marks = columns.split(' ');
  return Object.fromEntries(
    ROLES.flatMap((role, column) => {
      const mark = marks[column];
      const scope: Scope | undefined = mark === 'A' ? 'all' : mark === 'o' ? 'own-agency' : undefined;
      return scope === undefined ? [] : [[role, scope] as const];
    }),
  );
}
