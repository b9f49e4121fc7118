import { inspect } from 'node:util';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretScanner } from '../testing/secret-scanner.ts';
import { SecretRegister } from './secret-register.ts';
import { SecretValue } from './secret-value.ts';

const registerOf = (...values: readonly string[]): SecretRegister => {
  const register = new SecretRegister();
  for (const value of values) register.add(value);
  return register;
};

describe('the register of secrets', () => {
  it('takes known values out of a text, however they are written', () => {
    const secret = `p"a'\\ $(id);é:@/%20#?&`;
    const register = registerOf(secret);
    const written = [
      secret,
      JSON.stringify({ password: secret }),
      `postgres://u:${encodeURIComponent(secret)}@h/d`,
      Object.assign(new URL('postgres://u@h/d'), { password: secret }).href,
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('hex'),
      `select '${secret.replaceAll("'", "''")}'`,
      `sh -c '${secret.replaceAll("'", "'\\''")}'`,
      inspect(new Error(`cannot log in with ${secret}`)),
    ];
    for (const text of written) {
      expect(new SecretScanner([secret]).inText(register.redact(text), 'text')).toEqual([]);
      expect(register.redact(text)).toContain('[secret]');
    }
  });

  it('leaves no text with any of many secrets in it', () => {
    const secrets = fc.array(fc.string({ unit: 'binary', minLength: 5, maxLength: 30 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(secrets, fc.array(fc.oneof(fc.string(), fc.nat(5))), (values, parts) => {
        const register = registerOf(...values);
        const text = parts.map((part) => (typeof part === 'number' ? (values[part] ?? '') : part)).join(' ');
        // What stands between two of them is no part of a secret.
        const left = register.redact(text).split('[secret]');
        for (const value of values) for (const piece of left) expect(piece).not.toContain(value);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('takes the longer of two that begin alike', () => {
    expect(registerOf('rahasia', 'rahasia-negara').redact('x rahasia-negara rahasia y')).toBe('x [secret] [secret] y');
  });

  it('takes a short one only where it stands by itself', () => {
    const register = registerOf('a', 'abc', '');
    expect(register.redact('a cat, abc: "abc" (a) abcd')).toBe('[secret] cat, [secret]: "[secret]" ([secret]) abcd');
  });

  it('takes single lines of a key', () => {
    const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';
    const register = registerOf(`-----BEGIN-----\n${line}\n${line}x\n-----END-----\n`);
    expect(register.redact(`error near "${line}x": bad`)).toBe('error near "[secret]": bad');
  });

  it('goes through plain values, names of fields too', () => {
    const register = registerOf('rahasia-negara');
    expect(
      register.redactAll({
        a: ['x rahasia-negara', 1, null, undefined, true],
        'rahasia-negara': { at: new Date(0), error: new Error('rahasia-negara') },
      }),
    ).toEqual({
      a: ['x [secret]', 1, null, undefined, true],
      '[secret]': { at: '1970-01-01T00:00:00.000Z', error: 'Error: [secret]' },
    });
  });

  it('changes nothing while it knows nothing', () => {
    expect(new SecretRegister().redact('[a-z]+ \\u0000')).toBe('[a-z]+ \\u0000');
  });
});

describe('a secret value', () => {
  it('prints itself nowhere', () => {
    const secret = new SecretValue('rahasia-negara');
    const printed = `${String(secret)} ${JSON.stringify({ secret })} ${inspect({ secret }, { depth: 9, showHidden: true })}`;
    expect(printed).not.toContain('rahasia');
    expect(secret.reveal()).toBe('rahasia-negara');
  });
});

describe('the scanner for secrets', () => {
  it('finds a secret in every form, wherever it stands', () => {
    const secret = 'Kunci&Rahasia<7>"';
    const scanner = new SecretScanner(['another one', secret]);
    const forms = [
      secret,
      Buffer.from(`user:${secret}`).toString('base64'),
      Buffer.from(`u:${secret}!`).toString('base64'),
      Buffer.from(`us:${secret}!!`).toString('base64url'),
      encodeURIComponent(secret),
      JSON.stringify(secret),
      Buffer.from(secret).toString('hex').toUpperCase(),
    ];
    for (const form of forms) {
      expect(scanner.inText(`before ${form} after`, 'log')).toContainEqual(
        expect.objectContaining({ secretIdx: 1, place: 'log' }),
      );
    }
    expect(scanner.inText('Kunci Rahasia 7', 'log')).toEqual([]);
  });
});
