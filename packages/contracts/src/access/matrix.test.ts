import { describe, expect, it } from 'vitest';
import { parseAccountId, parseAgencyId } from '../ids/ids.ts';
import { ROLES, type Role } from '../people/role.ts';
import {
  authorise,
  type Caller,
  type Grant,
  isTokenScope,
  missingConsents,
  reachOf,
  type TokenScope,
} from './authorise.ts';
import { ACCESS_MATRIX, ACTIONS, type Action } from './matrix.ts';

const NOW = Date.UTC(2026, 2, 5);
const ani = parseAccountId('acc_ani');
const budi = parseAccountId('acc_budi');
const health = parseAgencyId('agy_health');
const school = parseAgencyId('agy_school');

function caller(...grants: readonly (Role | Partial<Grant>)[]): Caller {
  return {
    accountId: ani,
    grants: grants.map((grant) => ({
      role: 'operator',
      agencyId: undefined,
      validUntilAt: undefined,
      ...(typeof grant === 'string' ? { role: grant } : grant),
    })),
    via: { kind: 'session', sessionId: 'ses_1', method: 'password' },
    secondFactor: 'enough',
  };
}

function withToken(who: Caller, ...scopes: readonly TokenScope[]): Caller {
  return { ...who, via: { kind: 'token', tokenId: 'tok_1', scopes } };
}

const may = (who: Caller | undefined, action: Action, resource = {}): string => {
  const verdict = authorise(who, action, resource, NOW);
  return verdict.kind === 'refused' ? verdict.because : verdict.kind;
};

describe('the table', () => {
  it('names every action once, and refers to actions that it has', () => {
    expect(new Set(ACTIONS).size).toBe(ACTIONS.length);
    for (const { notAfter } of Object.values(ACCESS_MATRIX)) {
      if (notAfter !== undefined) expect(ACTIONS).toContain(notAfter);
    }
  });

  it('opens every action to somebody', () => {
    const closed = Object.values(ACCESS_MATRIX).filter(
      ({ who, scopes }) => who === 'roles' && Object.keys(scopes).length === 0,
    );
    expect(closed).toEqual([]);
  });

  it('gives an auditor nothing that changes anything but what is asked of others', () => {
    const allowed = ACTIONS.filter((action) => ACCESS_MATRIX[action].scopes.auditor !== undefined);
    expect(allowed.filter((action) => !/\.(?:read|read-log|verify|export|browse|download)$/.test(action))).toEqual([
      'approval.request',
    ]);
  });

  it('gives an owner nothing beyond the own agency but what everybody knows', () => {
    const beyond = ACTIONS.filter((action) => ACCESS_MATRIX[action].scopes.owner === 'all');
    expect(beyond).toEqual(['organisation.read', 'holiday.read']);
  });

  it('asks for a second person for what leaves the house, replaces what is in use, or is gone for good', () => {
    expect(ACTIONS.filter((action) => ACCESS_MATRIX[action].secondPerson !== undefined)).toEqual([
      'retention.shorten',
      'application.delete',
      'destination.delete',
      'recovery-kit.download',
      'snapshot.download',
      'snapshot.unpin',
      'snapshot.delete',
      'restore.in-place',
      'restore.swap',
      'restore.emergency',
    ]);
  });

  it('never makes a backup wait for anybody', () => {
    for (const action of ['run.start', 'run.record-manual', 'snapshot.verify', 'drill.run'] as const) {
      expect(ACCESS_MATRIX[action].secondPerson).toBeUndefined();
    }
  });

  it('lets nobody who asks for an act decide about it by the same role alone', () => {
    for (const { action, secondPerson, scopes } of Object.values(ACCESS_MATRIX)) {
      for (const consent of secondPerson?.consents ?? []) {
        const both = ROLES.filter((role) => scopes[role] === 'all' && consent.from[role] === 'all');
        expect({ action, both }).toEqual({ action, both: [] });
      }
    }
  });
});

describe('roles', () => {
  it('without an account only the doors are open', () => {
    const open = ACTIONS.filter((action) => may(undefined, action) === 'allowed');
    expect(open).toEqual(ACTIONS.filter((action) => ACCESS_MATRIX[action].who === 'anyone'));
    expect(may(undefined, 'me.read')).toBe('not-signed-in');
  });

  it('without a role an account reaches only its own things', () => {
    expect(may(caller(), 'me.read')).toBe('allowed');
    expect(may(caller(), 'application.read')).toBe('role');
  });

  it('a role ends at its moment, not after it', () => {
    expect(may(caller({ role: 'auditor', validUntilAt: NOW + 1 }), 'audit.read')).toBe('allowed');
    expect(may(caller({ role: 'auditor', validUntilAt: NOW }), 'audit.read')).toBe('role');
  });

  it('an owner reaches the own agency, no other, and nothing that belongs to none', () => {
    const owner = caller({ role: 'owner', agencyId: health });
    expect(may(owner, 'application.read', { agencyId: health })).toBe('allowed');
    expect(may(owner, 'application.read', { agencyId: school })).toBe('agency');
    expect(may(owner, 'application.read', { agencyId: null })).toBe('agency');
    expect(reachOf(owner, 'application.read', NOW)).toEqual({ kind: 'agencies', agencyIds: [health] });
  });

  it('an owner of no agency reaches nothing', () => {
    expect(may(caller('owner'), 'application.read', { agencyId: health })).toBe('role');
  });

  it('a role that is narrowed to an agency does not reach what belongs to none', () => {
    const narrowed = caller({ role: 'admin', agencyId: health });
    expect(may(narrowed, 'account.manage')).toBe('agency');
    expect(may(narrowed, 'application.manage', { agencyId: health })).toBe('allowed');
  });

  it('roles add up', () => {
    const both = caller({ role: 'owner', agencyId: health }, { role: 'owner', agencyId: school });
    expect(may(both, 'application.read', { agencyId: school })).toBe('allowed');
    expect(reachOf(caller({ role: 'owner', agencyId: health }, 'auditor'), 'run.read', NOW)).toEqual({ kind: 'all' });
  });
});

describe('tokens', () => {
  it('do no more than their scopes, and no more than their account', () => {
    const token = withToken(caller('operator'), 'run.*', 'asset.read');
    expect(may(token, 'run.start')).toBe('allowed');
    expect(may(token, 'asset.read')).toBe('allowed');
    expect(may(token, 'asset.manage')).toBe('token-scope');
    expect(may(withToken(caller('auditor'), '*'), 'run.start')).toBe('role');
  });

  it('a scope of one subject is not one of another with the same beginning', () => {
    expect(may(withToken(caller('operator'), 'run.*'), 'restore.aside')).toBe('token-scope');
    expect(isTokenScope('runner.*')).toBe(false);
    expect(isTokenScope('ru*')).toBe(false);
    expect(isTokenScope('.*')).toBe(false);
    expect(isTokenScope('constructor')).toBe(false);
  });

  it('never do what a person must do', () => {
    expect(may(withToken(caller('admin'), '*'), 'account.manage')).toBe('interactive-only');
    expect(may(withToken(caller('recipient'), '*'), 'report.acknowledge')).toBe('interactive-only');
    expect(may(withToken(caller('overseer'), '*'), 'approval.decide')).toBe('interactive-only');
  });
});

describe('second factor', () => {
  it('whose is missing may set it up, and nothing else', () => {
    const bare: Caller = { ...caller('admin'), secondFactor: 'missing' };
    expect(ACTIONS.filter((action) => may(bare, action) === 'allowed')).toEqual(
      ACTIONS.filter((action) => ACCESS_MATRIX[action].who === 'anyone' || ACCESS_MATRIX[action].beforeSecondFactor),
    );
    expect(may(bare, 'account.read')).toBe('second-factor');
  });
});

describe('two persons', () => {
  it('who reported may not acknowledge; somebody else may', () => {
    const kasi = caller('recipient', 'operator');
    expect(may(kasi, 'report.acknowledge', { doneBefore: [ani] })).toBe('same-person');
    expect(may(kasi, 'report.acknowledge', { doneBefore: [budi] })).toBe('allowed');
  });

  it('production is restored with the word of the owner and of the overseer', () => {
    const missing = (consents: readonly { readonly name: 'owner' | 'overseer'; readonly by: typeof ani }[]) =>
      authorise(caller('operator'), 'restore.in-place', { agencyId: health, consents }, NOW);
    expect(missing([])).toEqual({ kind: 'needs-second-person', missing: ['owner', 'overseer'] });
    expect(missing([{ name: 'overseer', by: budi }])).toEqual({ kind: 'needs-second-person', missing: ['owner'] });
    expect(
      missing([
        { name: 'overseer', by: budi },
        { name: 'owner', by: parseAccountId('acc_citra') },
      ]),
    ).toEqual({ kind: 'allowed' });
  });

  it('the own word is not that of a second person', () => {
    const both = caller('operator', 'overseer');
    expect(may(both, 'snapshot.delete', { consents: [{ name: 'overseer', by: ani }] })).toBe('needs-second-person');
    expect(may(both, 'snapshot.delete', { consents: [{ name: 'overseer', by: budi }] })).toBe('allowed');
  });

  it('what belongs to no agency has no owner to ask', () => {
    const rule = ACCESS_MATRIX['snapshot.download'].secondPerson;
    expect(missingConsents(caller('operator'), rule?.consents ?? [], { agencyId: null }, NOW)).toEqual(['overseer']);
  });

  it('in an emergency the word comes afterwards', () => {
    expect(may(caller('operator'), 'restore.emergency')).toBe('allowed');
  });
});
