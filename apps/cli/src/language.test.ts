import { describe, expect, it } from 'vitest';
import { pickLanguage } from './language.ts';

function pick(asked: string | undefined, environment: Readonly<Record<string, string>>): string {
  return pickLanguage(asked, (name) => environment[name]);
}

describe('pickLanguage', () => {
  it('is English when nobody prefers one', () => {
    expect(pick(undefined, {})).toBe('en');
  });

  it.each([
    [{ LANG: 'id_ID.UTF-8' }, 'id'],
    [{ LANG: 'id_ID.UTF-8', LC_ALL: 'en_US.UTF-8' }, 'en'],
    [{ LANG: 'C', LC_MESSAGES: 'id_ID' }, 'id'],
    [{ LANG: 'id_ID', LUMBUNG_LANG: 'en' }, 'en'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
    [{ LANG: 'ido_XX' }, 'en'],
  ])('of %j is %s', (environment, language) => {
    expect(pick(undefined, environment)).toBe(language);
  });

  it('is what was asked for before what the environment prefers', () => {
    expect(pick('id', { LANG: 'en_US', LUMBUNG_LANG: 'en' })).toBe('id');
    expect(pick('en', { LANG: 'id_ID' })).toBe('en');
  });

  it('is English when a language was asked for that is not spoken here', () => {
    expect(pick('fr', { LANG: 'id_ID' })).toBe('en');
  });
});
