import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DatabaseServerPlace, JobSpec, JobSpecOf, RepositoryPlace, RunEvent, RunRecord } from '@lumbung/contracts';
import { parseJobSpec, parseRunRecord, runEventSchema } from '@lumbung/contracts/schemas';
import { initRepository, loadSnapshots, type Repository, type SnapshotRecord } from '@lumbung/engine';
import { cheapKdf } from '@lumbung/engine/testing';
import { Secret } from '@lumbung/sources';
import { LumbungError } from '@lumbung/stdx';
import { isProcessAlive, systemClock, systemRandom } from '@lumbung/stdx/node';
import { openBackendAt } from '../../open-backend.ts';
import { openRepositoryAt } from '../../open-repository.ts';
import type { JobPorts } from '../job-ports.ts';
import { runJob } from '../run-job.ts';

export const LAB_PASSWORD = 'kata-sandi-lab-1972';
export const LAB_IDENTITY = { hostname: 'lab', username: 'tester', uid: 1, gid: 1, pid: process.pid };

export interface LabRun {
  readonly record: RunRecord;
  readonly events: readonly RunEvent[];
}

/** A folder with a repository and sources, and runs of jobs in this process. Every spec, event and record goes through its
 *  schema, as between processes. */
export class JobLab implements Disposable {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'lumbung-job-'));
  readonly workFolder = path.join(this.folder, 'work');
  readonly address = path.join(this.folder, 'repository');
  readonly secrets = new Map<string, string>([['repository', LAB_PASSWORD]]);
  #runNr = 0;

  constructor() {
    // Servers of drills do not run as root: whoever they run as passes through.
    chmodSync(this.folder, 0o711);
    mkdirSync(this.workFolder);
    chmodSync(this.workFolder, 0o711);
  }

  get place(): RepositoryPlace {
    return { address: this.address, password: { secret: 'repository' } };
  }

  path(...names: readonly string[]): string {
    return path.join(this.folder, ...names);
  }

  write(file: string, content: string | Uint8Array): string {
    const whole = this.path(file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    return whole;
  }

  nextRunId(): string {
    this.#runNr += 1;
    return `run-${this.#runNr}`;
  }

  /** A key that takes a moment instead of half a second. */
  async makeRepository(address = this.address): Promise<string> {
    const backend = await openBackendAt(address, {
      ports: { clock: systemClock, random: systemRandom },
      workingDirectory: '/',
    });
    const repository = await initRepository(backend, {
      password: Buffer.from(LAB_PASSWORD),
      kdf: cheapKdf(),
      ports: { clock: systemClock, random: systemRandom, identity: LAB_IDENTITY, isProcessAlive },
    });
    await backend.close();
    return repository.config.id;
  }

  async open(more: Partial<JobPorts> = {}, address = this.address): Promise<Repository> {
    return await openRepositoryAt(address, {
      password: Buffer.from(LAB_PASSWORD),
      ports: this.ports(more),
      workingDirectory: '/',
    });
  }

  async snapshots(address = this.address): Promise<SnapshotRecord[]> {
    const repository = await this.open({}, address);
    try {
      return await loadSnapshots(repository);
    } finally {
      await repository.backend.close();
    }
  }

  ports(more: Partial<JobPorts> = {}): JobPorts {
    return {
      clock: systemClock,
      random: systemRandom,
      identity: LAB_IDENTITY,
      isProcessAlive,
      secrets: {
        resolve: (name) => {
          const value = this.secrets.get(name);
          if (value !== undefined) return Promise.resolve(new Secret(value));
          throw new LumbungError('SECRET_MISSING', {
            kind: 'operator',
            message: `no secret ${name}`,
            context: { name },
          });
        },
      },
      workFolder: this.workFolder,
      cacheFolder: this.path('cache'),
      programVersion: 'lumbung test',
      onEvent: () => undefined,
      ...more,
    };
  }

  async run(spec: LooseSpec, more: Partial<JobPorts> = {}, signal = new AbortController().signal): Promise<LabRun> {
    const events: RunEvent[] = [];
    const parsed = parseJobSpec({ runId: this.nextRunId(), ...spec });
    const ports = this.ports({
      ...more,
      onEvent: (event) => {
        events.push(runEventSchema.parse(JSON.parse(JSON.stringify(event))));
        more.onEvent?.(event);
      },
    });
    const record = parseRunRecord(JSON.parse(JSON.stringify(await runJob(parsed, ports, { signal }))));
    return { record, events };
  }

  filesSpec(paths: readonly string[], more: Partial<JobSpecOf<'backupFiles'>> = {}): LooseSpec {
    return {
      kind: 'backupFiles',
      repository: this.place,
      asset: 'asset-files',
      application: 'situs',
      paths,
      excludes: [],
      templateExcludes: [],
      required: [],
      otherFileSystems: 'cross',
      taggedCaches: 'keep',
      verify: 'now',
      limits: { freeBytesMin: 0 },
      ...more,
    };
  }

  databasesSpec(server: DatabaseServerPlace, more: Partial<JobSpecOf<'backupDatabases'>> = {}): LooseSpec {
    return {
      kind: 'backupDatabases',
      repository: this.place,
      application: 'situs',
      server,
      selection: 'all',
      items: [],
      excludeData: [],
      skipViews: [],
      untransactional: 'refuse',
      verify: 'now',
      limits: { freeBytesMin: 0, retryAfterMs: 0 },
      ...more,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What a test writes down of a spec; the schema judges it. */
export type LooseSpec = { readonly kind: JobSpec['kind'] } & Readonly<Record<string, unknown>>;
