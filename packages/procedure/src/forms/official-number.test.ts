import { parseLocalDate } from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import { checkOfficialNumber, formatOfficialNumber, type OfficerKind } from './official-number.ts';

const today = parseLocalDate('2026-03-05');
const warnings = (text: string, kind: OfficerKind = 'pns') => checkOfficialNumber(text, { kind, today });

describe('a NIP', () => {
  it('of 18 digits with plausible dates is fine, spaced or not', () => {
    expect(warnings('198002292005011001')).toEqual([]);
    expect(warnings('19800229 200501 2 001')).toEqual([]);
  });

  it('that looks wrong is warned about, in every way that it does', () => {
    expect(warnings('19800229200501100')).toEqual(['not-18-digits']);
    expect(warnings('19800229200501100X')).toEqual(['not-18-digits']);
    // 1981 had no 29 February; month 13; digit 15 is neither 1 nor 2.
    expect(warnings('198102292005133001')).toEqual([
      'birth-date-implausible',
      'appointment-implausible',
      'sex-digit-unknown',
    ]);
    // Born tomorrow, appointed next month.
    expect(warnings('202603062026041001')).toEqual(['birth-date-implausible', 'appointment-implausible']);
    expect(warnings('190001012005011001')).toEqual(['birth-date-implausible']);
    // Appointed before birth, and as a child.
    expect(warnings('198002291979011001')).toEqual(['appointment-before-coming-of-age']);
    expect(warnings('198002291990011001')).toEqual(['appointment-before-coming-of-age']);
  });
});

describe('other numbers', () => {
  it('of PPPK are 18 digits and no more is asked', () => {
    expect(warnings('999999999999999999', 'pppk')).toEqual([]);
    expect(warnings('12345', 'pppk')).toEqual(['not-18-digits']);
  });

  it('of people who are no civil servants are not expected', () => {
    expect(warnings('', 'non-asn')).toEqual([]);
    expect(warnings('198002292005011001', 'non-asn')).toEqual(['number-not-expected']);
  });

  it('are printed as typed, and as a dash where there is none', () => {
    expect(formatOfficialNumber(' 198002292005011001 ', 'pns')).toBe('NIP. 198002292005011001');
    expect(formatOfficialNumber('123', 'pppk')).toBe('NI PPPK. 123');
    expect(formatOfficialNumber(undefined, 'pns')).toBe('-');
    expect(formatOfficialNumber('', 'pns')).toBe('-');
  });
});
