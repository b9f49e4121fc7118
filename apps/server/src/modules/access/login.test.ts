import { expect, it } from 'vitest';
import { describeEachDialect } from '../../testing/each-dialect.ts';
import { PASSWORD, startTestApp } from '../../testing/test-app.ts';

describeEachDialect('login', (lab) => {
  it('a right password opens a session that knows who it is', async () => {
    const test = await startTestApp(await lab.open());
    const id = await test.account('wayan', 'operator');
    const wayan = test.person();
    const answer = await wayan.login('wayan', PASSWORD);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { next: 'done' } });
    const me = await wayan.get('/me');
    expect(me.body).toMatchObject({ account: { id, name: 'wayan' }, via: 'session', secondFactor: 'enough' });
    expect(await test.audit.actions()).toEqual(['login.succeeded']);
  });
});
