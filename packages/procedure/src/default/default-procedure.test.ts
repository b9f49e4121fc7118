import { parseLocalDate } from '@lumbung/contracts';
import { parseProcedure, scheduleSchema } from '@lumbung/contracts/schemas';
import { describe, expect, it } from 'vitest';
import { defaultProcedure } from './default-procedure.ts';
import { defaultSchedule } from './default-schedule.ts';

const shipped = defaultProcedure(parseLocalDate('2026-11-24'));

describe('the shipped procedure', () => {
  it('is a procedure, as plain data too', () => {
    expect(parseProcedure(JSON.parse(JSON.stringify(shipped)))).toEqual({ status: 'parsed', procedure: shipped });
    expect(scheduleSchema.parse(defaultSchedule())).toEqual(defaultSchedule());
  });

  it('orders what the written one orders: five steps, 125 minutes, 65 without applications', () => {
    expect(shipped.steps.map(({ standardMinutes }) => standardMinutes)).toEqual([15, 30, 60, 15, 5]);
    expect(shipped.standards.applications.atLeast).toBe(3);
    expect(shipped.notes.map(({ verbatim }) => verbatim)).toEqual([
      'Backup database dilakukan setiap hari',
      'Backup aplikasi dilakukan minimal 3 kali dalam seminggu (pada bulan berjalan)',
      'File Backup aplikasi pada bulan yang telah lalu disimpan 1x perbulannya',
    ]);
  });

  it('is in force at once, and names nobody', () => {
    expect(shipped.identity.status).toBe('in-force');
    expect(shipped.identity.approvedBy.name).toBeUndefined();
    expect(JSON.stringify(shipped)).not.toMatch(/Buleleng|NIP|\d{18}/);
  });

  it('marks the law that was replaced', () => {
    const replaced = shipped.legalBasis.filter(({ status }) => status === 'replaced');
    expect(replaced.map(({ replacedBy }) => replacedBy?.slice(0, 44))).toEqual([
      'Peraturan Komisi Informasi Nomor 1 Tahun 202',
    ]);
  });
});
