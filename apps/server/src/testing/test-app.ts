// A whole server without a socket: the app on a real store, and people in front of it.
import { type AccountId, type Language, type NewGrant, newId, type Role } from '@lumbung/contracts';
import { LumbungError, type Random } from '@lumbung/stdx';
import { systemRandom } from '@lumbung/stdx/node';
import { everyRoute } from '../api/every-route.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { passwordHasher } from '../crypto/password-hash.ts';
import { trustedProxies } from '../http/client-address.ts';
import { type App, type AppPorts, createApp, type RequestLogEntry } from '../http/create-app.ts';
import { StoredIdempotency } from '../http/idempotency-store.ts';
import { createMetrics } from '../http/metrics.ts';
import type { Route } from '../http/route.ts';
import { systemRoutes } from '../http/system-routes.ts';
import { insertAccount, insertGrant } from '../modules/access/accounts.store.ts';
import { setPasswordHash } from '../modules/access/credentials.store.ts';
import { type Access, type AccessPorts, createAccess } from '../modules/access/index.ts';
import type { Store } from '../store/store.ts';
import { HandClock } from './hand-clock.ts';
import { openAudit } from './open-audit.ts';
import { Person } from './person.ts';

export const BASE_URL = 'https://cadangan.example.go.id';
export const CHEAP = { memoryKiB: 64, passes: 1 } as const;
export const PASSWORD = 'empat kata yang panjang';

/** The trail of the store; `failing` makes the next append fail. */
export class WatchedAudit implements Pick<AuditTrail, 'append'> {
  readonly #trail: AuditTrail;
  readonly #store: Store;
  failing = false;

  constructor(trail: AuditTrail, store: Store) {
    this.#trail = trail;
    this.#store = store;
  }

  async append(...event: Parameters<AuditTrail['append']>): ReturnType<AuditTrail['append']> {
    if (this.failing) throw new LumbungError('STORE_FULL', { kind: 'transient', message: 'no room' });
    return await this.#trail.append(...event);
  }

  async events(): Promise<
    { readonly actor: string; readonly action: string; readonly subject: string; readonly detail: string }[]
  > {
    return await this.#store.db
      .selectFrom('audit_event')
      .select(['actor', 'action', 'subject', 'detail'])
      .orderBy('seq')
      .execute();
  }

  async actions(): Promise<string[]> {
    return (await this.events()).map(({ action }) => action);
  }
}

export interface TestApp {
  readonly app: App;
  readonly access: Access;
  /** Of the modules. */
  readonly routes: readonly Route[];
  readonly store: Store;
  readonly clock: HandClock;
  readonly audit: WatchedAudit;
  readonly logged: RequestLogEntry[];
  /** Somebody at a browser, or with a program: not logged in. */
  person(options?: { readonly language?: Language; readonly from?: string }): Person;
  /** An account with a password, made in the store. */
  account(name: string, ...roles: readonly (Role | NewGrant)[]): Promise<AccountId>;
  /** Such an account, logged in. */
  loggedIn(name: string, ...roles: readonly (Role | NewGrant)[]): Promise<Person>;
}

export interface TestAppOptions {
  readonly routes?: readonly Route[];
  readonly access?: Partial<AccessPorts>;
  readonly app?: Partial<AppPorts>;
  readonly random?: Random;
}

export async function startTestApp(store: Store, options: TestAppOptions = {}): Promise<TestApp> {
  const clock = new HandClock();
  const random = options.random ?? systemRandom;
  const { trail, vault } = await openAudit(store);
  const audit = new WatchedAudit(trail, store);
  const logged: RequestLogEntry[] = [];
  const baseUrl = new URL(BASE_URL);
  const access = await createAccess({
    store,
    audit,
    clock,
    random,
    vault,
    baseUrl,
    secondFactorFor: [],
    providers: [],
    passwordCost: CHEAP,
    ...options.access,
  });
  const routes = [...everyRoute({ access }), ...(options.routes ?? [])];
  const system = systemRoutes(
    { version: '0.0.0-test', metrics: createMetrics(), readiness: () => Promise.resolve({ store: true }) },
    routes,
  );
  const app = createApp({
    clock,
    random,
    hosts: { baseUrl, alsoKnownAs: [] },
    trustedProxies: trustedProxies(['10.0.0.1']),
    authenticator: access.authenticator,
    idempotency: new StoredIdempotency(store),
    log: (entry) => logged.push(entry),
    language: 'id',
    routes: [...routes, ...system],
    ...options.app,
  });
  const hasher = passwordHasher(random, CHEAP);
  const person: TestApp['person'] = (which = {}) => new Person(app, BASE_URL, which);
  const account: TestApp['account'] = async (name, ...roles) => {
    const id = newId('account', { clock, random });
    const hash = await hasher.hash(PASSWORD);
    const at = clock.nowMs();
    await store.transaction(async (tx) => {
      await insertAccount(tx, {
        id,
        name,
        email: `${name}@example.go.id`,
        userName: name,
        state: 'active',
        language: null,
        at,
      });
      await setPasswordHash(tx, { id: newId('credential', { clock, random }), accountId: id, hash, at });
      for (const role of roles) {
        const grant = typeof role === 'string' ? { role, agencyId: null, validUntilAt: null } : role;
        await insertGrant(tx, { ...grant, id: newId('role', { clock, random }), accountId: id, grantedBy: null, at });
      }
    });
    return id;
  };
  return {
    app,
    access,
    routes,
    store,
    clock,
    audit,
    logged,
    person,
    account,
    loggedIn: async (name, ...roles) => {
      const accountId = await account(name, ...roles);
      const who = person();
      await who.login(name, PASSWORD);
      return who.as(accountId);
    },
  };
}
