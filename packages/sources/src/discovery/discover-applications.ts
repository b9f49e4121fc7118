import type { ByteString, Clock } from '@lumbung/stdx';
import { textOf } from '@lumbung/stdx';
import type { DiscoveredApplication } from './application.ts';
import { ApplicationList } from './application-list.ts';
import { type DiscoveryFileSystem, isMissing, nodeFileSystem } from './file-system.ts';
import { recogniseCloud } from './frameworks/cloud.ts';
import { recogniseCodeIgniter3 } from './frameworks/codeigniter3.ts';
import { recogniseCodeIgniter4 } from './frameworks/codeigniter4.ts';
import { recogniseCompose } from './frameworks/compose.ts';
import { recogniseDjango, recogniseGeneric, recogniseNode, recogniseSymfony } from './frameworks/env-applications.ts';
import { recogniseLaravel } from './frameworks/laravel.ts';
import { recogniseMoodle } from './frameworks/moodle.ts';
import { recognisePlainPhp } from './frameworks/plain-php.ts';
import { has, type Recogniser } from './frameworks/recogniser.ts';
import { recogniseWordPress } from './frameworks/wordpress.ts';
import { joinPath, parentOf } from './paths.ts';
import { type Folder, ProjectFiles } from './project-files.ts';
import { type SharedDatabase, sharedDatabases } from './shared-databases.ts';
import { isSqliteFile, mayBeSqlite } from './sqlite-files.ts';
import { TEMPLATES } from './templates.ts';
import type { DiscoveryFinding } from './warning.ts';

export interface DiscoveryLimits {
  /** Folders below a root; the root itself is 0. */
  readonly depthMax: number;
  /** Files and folders seen, all roots together. */
  readonly entriesMax: number;
  readonly folderEntriesMax: number;
  readonly applicationsMax: number;
  readonly timeMs: number;
}

export const DISCOVERY_LIMITS: DiscoveryLimits = {
  depthMax: 4,
  entriesMax: 500_000,
  folderEntriesMax: 20_000,
  applicationsMax: 500,
  timeMs: 20_000,
};

export interface DiscoveryProgress {
  readonly folders: number;
  readonly entries: number;
  readonly applications: number;
  /** For people: the folder that is looked at. */
  readonly folder: string;
}

export interface DiscoveryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: DiscoveryProgress) => void;
  readonly limits?: Partial<DiscoveryLimits>;
  readonly fileSystem?: DiscoveryFileSystem;
  /**
   * Folders that are not looked into, real paths. Those with SQLite databases that this process has open must be among
   * them: the system drops all locks of a process on a file when it closes one of its descriptors, also the one that
   * discovery had to look at its first bytes.
   */
  readonly skip?: readonly ByteString[];
}

export interface Discovery {
  readonly applications: readonly DiscoveredApplication[];
  /** Every database once, with the applications that use it. */
  readonly databases: readonly SharedDatabase[];
  readonly findings: readonly DiscoveryFinding[];
  /** False: a budget ended the search; the findings say which. */
  readonly isComplete: boolean;
  readonly folders: number;
  readonly entries: number;
}

/**
 * Searches folders for applications and the databases they are configured to use. Configuration is read as data, nothing
 * is run. Breadth first, so that a budget cuts off what lies deep. Links are not followed out of the roots; what cannot
 * be read is a finding, not an error.
 * @param roots absolute paths
 * @throws the signal's reason
 */
export async function discoverApplications(
  roots: readonly ByteString[],
  options: DiscoveryOptions,
): Promise<Discovery> {
  const { signal, fileSystem = nodeFileSystem } = options;
  const limits = { ...DISCOVERY_LIMITS, ...options.limits };
  const { realRoots, findings } = await resolveRoots(roots, fileSystem);
  const files = new ProjectFiles(fileSystem, realRoots, limits, signal);
  files.findings.push(...findings);
  const walk = new Walk(files, realRoots, limits, options);
  const isComplete = await walk.run();
  const applications = walk.applications.finish();
  return {
    applications,
    databases: sharedDatabases(applications),
    findings: files.findings,
    isComplete,
    folders: walk.folders,
    entries: walk.entries,
  };
}

async function resolveRoots(
  roots: readonly ByteString[],
  fileSystem: DiscoveryFileSystem,
): Promise<{ readonly realRoots: readonly ByteString[]; readonly findings: readonly DiscoveryFinding[] }> {
  const realRoots = new Set<ByteString>();
  const findings: DiscoveryFinding[] = [];
  for (const root of roots) {
    try {
      const real = await fileSystem.realPath(root);
      if ((await fileSystem.sizeOf(real)).kind === 'folder') realRoots.add(real);
      else findings.push({ code: 'ROOT_NOT_A_FOLDER', path: root });
    } catch (error) {
      findings.push({ code: isMissing(error) ? 'ROOT_MISSING' : 'FOLDER_UNREADABLE', path: root });
    }
  }
  return { realRoots: [...realRoots], findings };
}

/** Dependencies, histories, caches and what the kernel shows: no application lies in there. */
const SKIPPED = new Set([
  'vendor', 'node_modules', 'bower_components', '.git', '.svn', '.hg', '.cache', '.npm', '.composer', '.idea', '.vscode', '.next',
  '.nuxt', '.venv', 'venv', '.tox', '__pycache__', 'cache', 'caches', 'tmp', 'temp', 'uploads', 'sessions', 'lost+found', '.Trash',
]); // biome-ignore format: a table
const SKIPPED_AT_ROOT = new Set(['proc', 'sys', 'dev', 'run', 'boot', 'snap']);

/** The first that knows the folder is the one. */
const FRAMEWORKS: readonly Recogniser[] = [
  recogniseLaravel,
  recogniseCodeIgniter4,
  recogniseWordPress,
  recogniseMoodle,
  recogniseCloud,
  recogniseCodeIgniter3,
  recogniseSymfony,
  recogniseDjango,
];

interface WaitingFolder {
  readonly path: ByteString;
  readonly depth: number;
  /** A folder of a framework itself: only files of databases are looked for. */
  readonly isInner: boolean;
  /** The folder that holds the releases of which this is the one in use. */
  readonly deployment?: ByteString;
}

const BACKUP_NAME =
  /\.(?:sql|dump|bak)(?:\.(?:gz|bz2|xz|zst|zip))?$|^(?:backup|bckp|cadangan).*\.(?:zip|rar|7z|tar|tgz|gz|xz)$/i;
const CACHE_TAG = 'Signature: 8a477f597d28d172789f06886806bc55';

class Walk {
  readonly applications: ApplicationList;
  folders = 0;
  entries = 0;
  readonly #files: ProjectFiles;
  readonly #limits: DiscoveryLimits;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #onProgress: ((progress: DiscoveryProgress) => void) | undefined;
  readonly #endMs: number;
  readonly #waiting: WaitingFolder[];
  readonly #seen = new Set<ByteString>();

  constructor(
    files: ProjectFiles,
    roots: readonly ByteString[],
    limits: DiscoveryLimits,
    { clock, signal, onProgress, skip = [] }: DiscoveryOptions,
  ) {
    this.applications = new ApplicationList();
    this.#files = files;
    this.#limits = limits;
    this.#clock = clock;
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#endMs = clock.monotonicMs() + limits.timeMs;
    for (const path of skip) this.#seen.add(path);
    this.#waiting = roots.map((path) => ({ path, depth: 0, isInner: false }));
  }

  /** False: a budget ended it. */
  async run(): Promise<boolean> {
    // Grows while it is walked; taking from the front of a long array would copy it each time.
    for (const waiting of this.#waiting) {
      this.#signal.throwIfAborted();
      const spent = this.#spentBudget();
      if (spent !== undefined) {
        this.#files.find(spent, waiting.path);
        return false;
      }
      if (this.#seen.has(waiting.path)) continue;
      this.#seen.add(waiting.path);
      await this.#visit(waiting);
    }
    return true;
  }

  #spentBudget(): 'BUDGET_ENTRIES' | 'BUDGET_TIME' | 'BUDGET_APPLICATIONS' | undefined {
    if (this.entries >= this.#limits.entriesMax) return 'BUDGET_ENTRIES';
    if (this.#clock.monotonicMs() >= this.#endMs) return 'BUDGET_TIME';
    return this.applications.count >= this.#limits.applicationsMax ? 'BUDGET_APPLICATIONS' : undefined;
  }

  async #visit(waiting: WaitingFolder): Promise<void> {
    if (this.applications.isData(waiting.path)) return;
    const folder = await this.#files.folder(waiting.path);
    if (folder === undefined || (await this.#isCache(folder))) return;
    this.folders += 1;
    this.entries += folder.entries.size;
    const { folders, entries } = this;
    this.#onProgress?.({ folders, entries, applications: this.applications.count, folder: textOf(folder.path) });
    if (!waiting.isInner) await this.#recognise(folder, waiting);
    await this.#findFiles(folder);
    if (waiting.depth < this.#limits.depthMax) await this.#addFolders(folder, waiting);
  }

  async #isCache(folder: Folder): Promise<boolean> {
    if (!has(folder, 'CACHEDIR.TAG')) return false;
    const tag = await this.#files.read(joinPath(folder.path, 'CACHEDIR.TAG'), CACHE_TAG.length);
    return tag?.text === CACHE_TAG;
  }

  async #recognise(folder: Folder, { deployment }: WaitingFolder): Promise<void> {
    let found: DiscoveredApplication | undefined;
    for (const recognise of FRAMEWORKS) {
      found = await recognise(folder, this.#files);
      if (found !== undefined) break;
    }
    const compose = await recogniseCompose(folder, this.#files);
    found ??= await recogniseNode(folder, this.#files);
    if (compose === undefined) found ??= await recogniseGeneric(folder, this.#files);
    for (const application of [found, compose])
      if (application !== undefined) this.applications.add(application, deployment);
    if (found !== undefined && found.kind !== 'generic') return;
    const plain = await recognisePlainPhp(folder, this.#files);
    if (plain !== undefined) this.applications.addPlainPhp(plain);
  }

  async #findFiles(folder: Folder): Promise<void> {
    for (const [name, kind] of folder.entries) {
      if (kind !== 'file') continue;
      const path = joinPath(folder.path, name);
      if (BACKUP_NAME.test(name)) this.applications.addBackupFile(path);
      else if (mayBeSqlite(name) && (await isSqliteFile(path, this.#files))) this.applications.addSqlite(path);
    }
  }

  async #addFolders(folder: Folder, waiting: WaitingFolder): Promise<void> {
    const release = waiting.isInner ? undefined : await this.#currentRelease(folder);
    const application = this.applications.at(folder.path);
    const inner = new Set(application === undefined ? [] : TEMPLATES[application.kind].innerFolders);
    const depth = waiting.depth + 1;
    for (const [name, kind] of folder.entries) {
      const path = joinPath(folder.path, name);
      if (kind === 'link' && !waiting.isInner && release === undefined) await this.#files.noteFolderLink(path);
      if (kind !== 'folder' || SKIPPED.has(name)) continue;
      if (folder.path === '/' && SKIPPED_AT_ROOT.has(name)) continue;
      if (release !== undefined && name === 'releases') continue;
      // Beside releases lies what they share.
      this.#waiting.push({ path, depth, isInner: waiting.isInner || release !== undefined || inner.has(name) });
    }
    if (release !== undefined) this.#waiting.push({ path: release, depth, isInner: false, deployment: folder.path });
  }

  /** Of deployments that keep several releases side by side, `current` leads to the one that runs. */
  async #currentRelease(folder: Folder): Promise<ByteString | undefined> {
    // ASCII names are byte strings.
    if (folder.entries.get('current' as ByteString) !== 'link' || !has(folder, 'releases')) return undefined;
    const real = await this.#files.realPath(joinPath(folder.path, 'current'));
    return real !== undefined && parentOf(real) === joinPath(folder.path, 'releases') ? real : undefined;
  }
}
