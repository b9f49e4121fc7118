import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobLab, type LooseSpec } from './testing/job-lab.ts';

let lab: JobLab;

beforeEach(async () => {
  lab = new JobLab();
  await lab.makeRepository();
  for (let nr = 0; nr < 8; nr += 1) lab.write(`situs/${nr}.bin`, noise(200_000, nr));
});

afterEach(() => {
  lab[Symbol.dispose]();
});

/** Bytes that no compression shrinks, the same every time. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed + 1;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

async function backedUp(): Promise<string> {
  const { record } = await lab.run(lab.filesSpec([lab.path('situs')], { verify: 'later' }));
  return record.copies[0]?.snapshotId ?? '';
}

function spec(snapshotId: string, more: Readonly<Record<string, unknown>> = {}): LooseSpec {
  return { kind: 'verify', repository: lab.place, snapshotId, ...more };
}

function packs(): string[] {
  const data = path.join(lab.address, 'data');
  return readdirSync(data, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(data, name))
    .filter((file) => /[0-9a-f]{64}$/.test(file));
}

function lengthen(file: string): void {
  chmodSync(file, 0o600);
  writeFileSync(file, 'x', { flag: 'a' });
}

function flip(file: string, at: number): void {
  chmodSync(file, 0o600);
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0x40;
  writeFileSync(file, bytes);
}

describe('a verification of files', () => {
  it('of a first copy reads all of it', async () => {
    const { record } = await lab.run(spec(await backedUp()));
    expect(record).toMatchObject({
      outcome: 'succeeded',
      result: { kind: 'verify', verification: { verdict: 'verified', level: 'complete', filesSeen: 8 } },
    });
    const { bytesRead } = record.result?.kind === 'verify' ? record.result.verification : { bytesRead: 0 };
    expect(bytesRead).toBeGreaterThan(8 * 200_000);
  });

  it('of a later copy reads what that one added, and no more', async () => {
    await backedUp();
    lab.write('situs/baru.bin', noise(50_000, 99));
    const { record } = await lab.run(spec(await backedUp()));
    const { bytesRead } = record.result?.kind === 'verify' ? record.result.verification : { bytesRead: 0 };
    expect(bytesRead).toBeGreaterThan(50_000);
    expect(bytesRead).toBeLessThan(100_000);
  });

  it('of a later copy whose predecessor is gone reads all', async () => {
    const first = await backedUp();
    lab.write('situs/baru.bin', noise(50_000, 99));
    const second = await backedUp();
    rmSync(path.join(lab.address, 'snapshots', first));
    const { record } = await lab.run(spec(second));
    const { bytesRead } = record.result?.kind === 'verify' ? record.result.verification : { bytesRead: 0 };
    expect(bytesRead).toBeGreaterThan(8 * 200_000);
  });

  it('is bounded where the job says so, and says that it was', async () => {
    // Small packs, so that there is something to choose from.
    for (let nr = 100; nr < 110; nr += 1) lab.write(`situs/${nr}.bin`, noise(3_000_000, nr));
    const { record } = await lab.run(spec(await backedUp(), { readBytesMax: 1 }));
    expect(record).toMatchObject({ outcome: 'succeeded', result: { verification: { level: 'sampled' } } });
  });

  it('finds every kind of damage', async () => {
    const all = (folder: string): string[] =>
      readdirSync(path.join(lab.address, folder)).map((name) => path.join(lab.address, folder, name));
    const damages: readonly (readonly [string, () => void])[] = [
      ['a byte of a pack', () => packs().forEach((pack) => flip(pack, 64))],
      ['a missing pack', () => rmSync(packs()[0] ?? '')],
      ['longer packs', () => packs().forEach(lengthen)],
      ['a missing index', () => all('index').forEach((file) => rmSync(file))],
      ['a byte of the snapshot', () => all('snapshots').forEach((file) => flip(file, 40))],
    ];
    for (const [name, damage] of damages) {
      lab[Symbol.dispose]();
      lab = new JobLab();
      await lab.makeRepository();
      lab.write('situs/a.bin', noise(100_000, 5));
      const id = await backedUp();
      // Control: it was whole.
      expect((await lab.run(spec(id))).record.outcome, name).toBe('succeeded');
      damage();
      const { record } = await lab.run(spec(id));
      expect(record, name).toMatchObject({
        outcome: 'failed',
        reason: 'COPY_DAMAGED',
        result: { kind: 'verify', verification: { verdict: 'damaged' } },
      });
    }
  });

  it('does not mind damage of what the copy does not need', async () => {
    const first = await backedUp();
    rmSync(lab.path('situs'), { recursive: true });
    lab.write('situs/lain.bin', noise(70_000, 7));
    const before = new Set(packs());
    const second = await backedUp();
    for (const pack of before) flip(pack, 64);
    expect((await lab.run(spec(second))).record.outcome).toBe('succeeded');
    expect((await lab.run(spec(first))).record.outcome).toBe('failed');
  });

  it('of a snapshot that is not there fails without a verdict', async () => {
    const { record } = await lab.run(spec('0'.repeat(64)));
    expect(record).toMatchObject({ outcome: 'failed', reason: 'SNAPSHOT_NOT_FOUND' });
    expect(record).not.toHaveProperty('result');
  });
});

describe('a verification of a database', () => {
  it('reads every file and compares it with the manifest', async () => {
    const file = lab.path('app.db');
    const database = new DatabaseSync(file);
    database.exec(`create table surat (isi text); insert into surat values ('${'x'.repeat(5000)}')`);
    database.close();
    const { record: made } = await lab.run(
      lab.databasesSpec({ url: `sqlite:${file}`, name: 'situs' }, { verify: 'later' }),
    );
    const id = made.copies[0]?.snapshotId ?? '';
    expect((await lab.run(spec(id))).record).toMatchObject({
      outcome: 'succeeded',
      result: { verification: { verdict: 'verified', level: 'complete' } },
    });
    for (const pack of packs()) flip(pack, 64);
    expect((await lab.run(spec(id))).record).toMatchObject({ outcome: 'failed', reason: 'COPY_DAMAGED' });
  });
});
