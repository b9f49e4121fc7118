import {
  deviceAnswerSchema,
  devicePollSchema,
  deviceStartedSchema,
  deviceStartSchema,
  locationSchema,
  loginAnswerSchema,
  loginMethodsSchema,
  loginSchema,
  newPasswordSchema,
  providerLoginSchema,
  secondFactorSchema,
  setupSchema,
  setupStateSchema,
} from '@lumbung/contracts/schemas';
import { z } from 'zod';
import { named } from '../../http/named.ts';
import { defineRoute, type Route, type RouteContext } from '../../http/route.ts';
import type { DeviceService } from './devices.service.ts';
import type { LoginRequest, LoginService } from './login.service.ts';
import type { OidcService } from './oidc.service.ts';
import type { PasswordService } from './passwords.service.ts';
import type { SetupService } from './setup.service.ts';

export interface LoginRoutePorts {
  readonly setup: SetupService;
  readonly login: LoginService;
  readonly passwords: PasswordService;
  readonly oidc: OidcService;
  readonly devices: DeviceService;
  /** Where a person types the code of a device. */
  readonly deviceUrl: string | null;
}

const TAG = 'Login';
const loginAnswer = named('LoginAnswer', loginAnswerSchema);

export const requestOf = ({ headers, clientAddress, userAgent, at }: RouteContext): LoginRequest => ({
  headers,
  clientAddress,
  userAgent,
  at,
});

export function setCookies({ addHeader }: RouteContext, cookies: readonly string[]): void {
  for (const cookie of cookies) addHeader('Set-Cookie', cookie);
}

/** The doors: what anyone may try. */
export function loginRoutes(ports: LoginRoutePorts): Route[] {
  const { setup, login, passwords, oidc, devices, deviceUrl } = ports;
  return [
    defineRoute({
      method: 'get',
      path: '/setup',
      action: 'setup.read',
      tag: TAG,
      summary: 'Is there an account already',
      answer: { kind: 'body', status: 200, schema: setupStateSchema, what: '`open`: set-up waits for its code' },
      handle: async () => ({ body: { state: await setup.state() } }),
    }),
    defineRoute({
      method: 'post',
      path: '/setup',
      action: 'setup.perform',
      tag: TAG,
      summary: 'Make the first account',
      description: 'With the code that the server printed when it started. Then log in.',
      body: setupSchema,
      limit: 'guessing',
      answer: { kind: 'empty', what: 'The account is made, as administrator and operator' },
      errors: { SETUP_DONE: 409, SETUP_CODE_REFUSED: 403, PASSWORD_WEAK: 422, LOGIN_BLOCKED: 429 },
      handle: async ({ body: { code, ...first } }, context) => {
        await setup.perform(code, first, context);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/login',
      action: 'login.read',
      tag: TAG,
      summary: 'Ways to log in',
      answer: { kind: 'body', status: 200, schema: loginMethodsSchema, what: 'The ways' },
      handle: () => ({ body: { password: true, providers: [...oidc.providers] } }),
    }),
    defineRoute({
      method: 'post',
      path: '/login',
      action: 'login.perform',
      tag: TAG,
      summary: 'Log in with a password',
      description: 'Answers with a session cookie, or asks for the second factor.',
      body: loginSchema,
      limit: 'guessing',
      answer: { kind: 'body', status: 200, schema: loginAnswer, what: 'What comes next' },
      errors: { LOGIN_REFUSED: 401, LOGIN_BLOCKED: 429 },
      handle: async ({ body }, context) => {
        const { next, cookies } = await login.withPassword(body.login, body.password, requestOf(context));
        setCookies(context, cookies);
        return { body: { next } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/login/second-factor',
      action: 'login.perform',
      tag: TAG,
      summary: 'Show the second factor',
      body: secondFactorSchema,
      limit: 'guessing',
      answer: { kind: 'body', status: 200, schema: loginAnswer, what: 'What comes next' },
      errors: { LOGIN_CODE_REFUSED: 401, LOGIN_OVER: 401, LOGIN_BLOCKED: 429 },
      handle: async ({ body }, context) => {
        const { next, cookies } = await login.withSecondFactor(body, requestOf(context));
        setCookies(context, cookies);
        return { body: { next } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/login/oidc',
      action: 'login.perform',
      tag: TAG,
      summary: 'Begin a login by another house',
      body: providerLoginSchema,
      limit: 'guessing',
      answer: { kind: 'body', status: 200, schema: locationSchema, what: 'Where the browser goes' },
      errors: { LOGIN_PROVIDER_UNKNOWN: 404, LOGIN_PROVIDER_SILENT: 503 },
      handle: async ({ body }, context) => {
        const { location, cookies } = await oidc.begin(body.provider, requestOf(context));
        setCookies(context, cookies);
        return { body: { location } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/login/oidc/callback/{provider}',
      action: 'login.perform',
      tag: TAG,
      summary: 'End of a login by another house',
      params: z.strictObject({ provider: z.string().max(60) }),
      query: z.looseObject({ code: z.string().max(4096).optional(), state: z.string().max(512).optional() }),
      limit: 'guessing',
      answer: { kind: 'redirect', what: 'To the web pages' },
      handle: async ({ params: { provider } }, context) => {
        const { location, cookies } = await oidc.end(provider, context.search, requestOf(context));
        setCookies(context, cookies);
        return { location };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/login/device',
      action: 'login.device',
      tag: TAG,
      summary: 'Begin the login of a program',
      body: deviceStartSchema,
      limit: 'guessing',
      answer: { kind: 'body', status: 200, schema: deviceStartedSchema, what: 'A code to show and one to ask with' },
      handle: async ({ body }, context) => ({
        body: { ...(await devices.start(body.clientName, requestOf(context))), verificationUrl: deviceUrl },
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/login/device/token',
      action: 'login.device',
      tag: TAG,
      summary: 'Ask whether it was approved',
      body: devicePollSchema,
      answer: { kind: 'body', status: 200, schema: deviceAnswerSchema, what: 'The token, once it was' },
      errors: { DEVICE_CODE_OVER: 410, DEVICE_DENIED: 403 },
      handle: async ({ body }, context) => ({ body: await devices.poll(body.deviceCode, requestOf(context)) }),
    }),
    defineRoute({
      method: 'post',
      path: '/password',
      action: 'password.reset',
      tag: TAG,
      summary: 'Choose a password with a link',
      body: newPasswordSchema,
      limit: 'guessing',
      answer: { kind: 'empty', what: 'It is chosen; now log in' },
      errors: { PASSWORD_LINK_OVER: 410, PASSWORD_WEAK: 422 },
      handle: async ({ body }, { at }) => {
        await passwords.chooseByLink(body.token, body.password, at);
      },
    }),
  ];
}
