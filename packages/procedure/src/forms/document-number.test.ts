import { parseLocalDate } from '@lumbung/contracts';
import { describe, expect, it } from 'vitest';
import { documentNumberFrom, showDocumentNumber } from './document-number.ts';

const date = parseLocalDate('2026-03-05');

describe('a document number', () => {
  it('is shown as typed, only its outer blanks gone', () => {
    expect(showDocumentNumber('  800/0015-12 /Unit/2020 ')).toBe('800/0015-12 /Unit/2020');
  });

  it('is made from a template', () => {
    const template = '{kode_klasifikasi}/{no_urut:4}/{kode_unit}/{bulan_romawi}/{tahun}';
    const values = { classificationCode: '400.8.2.3', runningNumber: 15, unitCode: 'KOMINFO', date };
    expect(documentNumberFrom(template, values)).toBe('400.8.2.3/0015/KOMINFO/III/2026');
    expect(documentNumberFrom('{no_urut}/{bulan}', values)).toBe('15/03');
  });

  it('has a blank to fill by hand while its running number is unknown', () => {
    expect(documentNumberFrom('B.{kode_klasifikasi}/{no_urut:4}/{tahun}', { classificationCode: '14', date })).toBe(
      'B.14/……/2026',
    );
  });

  it('keeps what is no token of ours, and reads no token out of a value', () => {
    expect(documentNumberFrom('{lain}/{tahun}', { date })).toBe('{lain}/2026');
    expect(documentNumberFrom('{kode_unit}', { unitCode: '{tahun}', date })).toBe('{tahun}');
  });
});
