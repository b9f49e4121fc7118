// Every endpoint × every role, from the running app, against the matrix.
import { ACCESS_MATRIX, type Action, newId, ROLES, type Role } from '@lumbung/contracts';
import { systemRandom } from '@lumbung/stdx/node';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp, pathOf, undeclaredEndpoints } from '../http/create-app.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { describeEachDialect } from '../testing/each-dialect.ts';
import type { Person } from '../testing/person.ts';
import { PASSWORD, startTestApp, type TestApp } from '../testing/test-app.ts';

type Column = 'nobody' | 'no role' | Role;
const COLUMNS: readonly Column[] = ['nobody', 'no role', ...ROLES];
const MINUTE_MS = 60_000;

/** What the matrix says, read from its columns alone. */
function expected(action: Action, column: Column): 'open' | 'closed' {
  const { who, scopes } = ACCESS_MATRIX[action];
  switch (who) {
    case 'anyone':
      return 'open';
    case 'signed-in':
      return column === 'nobody' ? 'closed' : 'open';
    case 'roles':
      return column !== 'nobody' && column !== 'no role' && scopes[column] !== undefined ? 'open' : 'closed';
    default:
      return who satisfies never;
  }
}

/** An address of the endpoint, with ids of nothing. */
function addressOf(route: Route): string {
  return pathOf(route).replaceAll(/\{\w+\}/g, 'xxx_0000000000000000000000000');
}

describeEachDialect('every endpoint', (lab) => {
  it('is open to exactly the roles that the matrix opens it to', async () => {
    const test = await startTestApp(await lab.open());
    const agencyId = newId('agency', { clock: test.clock, random: systemRandom });
    const at = test.clock.nowMs();
    await test.store.db
      .insertInto('agency')
      .values({ id: agencyId, code: 'DINKES', name: 'Dinas Kesehatan', created_at: at, updated_at: at })
      .execute();
    const people = new Map<Column, Person>([['nobody', test.person()]]);
    const names = new Map<Column, string>();
    for (const [index, column] of COLUMNS.entries()) {
      if (column === 'nobody') continue;
      const name = `orang${index}`;
      const roles =
        column === 'no role'
          ? []
          : [{ role: column, agencyId: column === 'owner' ? agencyId : null, validUntilAt: null }];
      names.set(column, name);
      people.set(column, await test.loggedIn(name, ...roles));
    }

    const table: string[] = [];
    const wanted: string[] = [];
    for (const route of test.app.routes) {
      for (const column of COLUMNS) {
        test.clock.advance(MINUTE_MS); // no limit is reached
        const person = people.get(column)!;
        const answer = await person.send(route.method.toUpperCase(), addressOf(route));
        const isClosed = ['SIGN_IN_NEEDED', 'ACCESS_REFUSED'].includes(answer.body?.code);
        const name = `${route.method} ${pathOf(route)} (${route.action}) ${column}`;
        table.push(`${name}: ${isClosed ? 'closed' : 'open'}`);
        wanted.push(`${name}: ${expected(route.action, column)}`);
        expect({ name, status: answer.status, fault: faultOf(test) }).not.toMatchObject({ status: 500 });
        if (route.action === 'logout.perform' && column !== 'nobody') await person.login(names.get(column)!, PASSWORD);
      }
    }
    expect(table).toEqual(wanted);
    expect(table.length).toBeGreaterThan(300);
  });
});

function faultOf(test: TestApp): string | undefined {
  return test.logged.at(-1)?.fault;
}

describe('an endpoint without a row', () => {
  const route = (action: Action): Route =>
    defineRoute({
      method: 'get',
      path: '/planted',
      action,
      tag: 'Planted',
      summary: 'A door nobody decided on',
      answer: { kind: 'body', status: 200, schema: z.strictObject({}), what: 'Nothing' },
      authorises: 'route',
      handle: () => ({ body: {} }),
    });
  const app = (routes: readonly Route[]) =>
    // What is asked here happens before the first request: no port is used.
    createApp({ routes, hosts: { baseUrl: undefined, alsoKnownAs: [] }, clock: undefined } as never);

  it('stops the server from starting', () => {
    expect(() => app([{ ...route('run.cancel'), action: 'planted.open' as Action }])).toThrow(/no row of the matrix/);
    expect(app([route('run.cancel')]).routes).toHaveLength(1);
  });

  it('is found when it was registered beside the routes', () => {
    const { endpoints, routes } = app([route('run.cancel')]);
    expect(undeclaredEndpoints({ endpoints, routes })).toEqual([]);
    const planted = [...endpoints, { method: 'GET', path: '/api/v1/backdoor' }];
    expect(undeclaredEndpoints({ endpoints: planted, routes })).toEqual(['GET /api/v1/backdoor']);
  });

  it('stops the server from starting when its verdict depends on what it is about and it does not ask', () => {
    expect(() => app([route('run.read')])).toThrow(/depends on what it is about/);
  });

  it('stops the server from starting when it is there twice', () => {
    expect(() => app([route('run.cancel'), route('run.cancel')])).toThrow(/defined twice/);
  });
});
