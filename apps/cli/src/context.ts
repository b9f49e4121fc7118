import path from 'node:path';
import {
  COMPRESSION_MODES,
  type CompressionMode,
  type Lock,
  lockRepository,
  type OpenOptions,
  type Repository,
  removeOldCaches,
} from '@lumbung/engine';
import { openRepositoryAt, type StorageOptions } from '@lumbung/runner';
import { LumbungError } from '@lumbung/stdx';
import { errorSentence } from './errors.ts';
import type { OptionBag } from './option-bag.ts';
import type { Output } from './output.ts';
import {
  type PasswordSources,
  REPOSITORY_PASSWORD_VARIABLES,
  readPassword,
  SOURCE_PASSWORD_VARIABLES,
  TARGET_PASSWORD_VARIABLES,
} from './password.ts';
import { ProgressLine } from './progress-line.ts';
import { readFirstLine } from './read-lines.ts';
import type { Texts } from './texts/texts.ts';
import { VERSION } from './version.ts';
import type { World } from './world.ts';

const KIBIBYTE = 2 ** 10;
const MEBIBYTE = 2 ** 20;

/** What every command gets: the world, the words, and what the options of every command say about repositories. */
export class CommandContext {
  readonly world: World;
  readonly texts: Texts;
  readonly output: Output;
  /** The user's wish to stop; of a command that only answers, also that nobody listens any more. */
  readonly signal: AbortSignal;
  readonly #options: OptionBag;

  constructor(parts: {
    readonly world: World;
    readonly texts: Texts;
    readonly output: Output;
    readonly options: OptionBag;
    readonly signal: AbortSignal;
  }) {
    this.world = parts.world;
    this.texts = parts.texts;
    this.output = parts.output;
    this.signal = parts.signal;
    this.#options = parts.options;
  }

  /** `lumbung x.y.z`, as snapshots record it. */
  get programVersion(): string {
    return `lumbung ${VERSION}`;
  }

  get isLockWanted(): boolean {
    return !this.#options.flag('noLock');
  }

  /** Whose snapshots are written, and looked at, unless an option says otherwise. */
  get hostOfEnvironment(): string | undefined {
    return this.#variable('HOST');
  }

  get cacheDirectory(): string {
    const { variable, homeDirectory, workingDirectory } = this.world;
    const caches = variable('XDG_CACHE_HOME') ?? path.join(homeDirectory, '.cache');
    const base = this.#options.text('cacheDir') ?? this.#variable('CACHE_DIR') ?? path.join(caches, 'lumbung');
    return path.resolve(workingDirectory, base);
  }

  progress(): ProgressLine {
    return new ProgressLine(this.output, this.texts, this.world.ports.clock);
  }

  /** What `--repo` and its kin say about the storage. */
  get storage(): StorageOptions {
    return {
      ports: this.world.ports,
      workingDirectory: this.world.workingDirectory,
      uploadBytesPerSecond: this.#rate('limitUpload'),
      downloadBytesPerSecond: this.#rate('limitDownload'),
      driverOptions: this.#options.pairs('option'),
      onRetry: ({ place, delayMs, error }) => {
        const { message } = errorSentence(error, this.texts);
        const values = { place, message, time: this.texts.duration(delayMs) };
        this.output.note(this.texts.t('repository.retry', values));
      },
    };
  }

  /** How blobs are packed. */
  get packing(): Pick<OpenOptions, 'compression' | 'packSizeBytes'> {
    return { compression: this.#compression, packSizeBytes: this.#packSizeBytes };
  }

  get #compression(): CompressionMode {
    const isMode = (text: string): text is CompressionMode => COMPRESSION_MODES.some((mode) => mode === text);
    const text = this.#options.choice('compression', COMPRESSION_MODES) ?? this.#variable('COMPRESSION') ?? 'auto';
    return isMode(text) ? text : this.#options.refuse('compression', text, COMPRESSION_MODES.join(', '));
  }

  get #packSizeBytes(): number | undefined {
    const text = this.#options.text('packSize') ?? this.#variable('PACK_SIZE');
    if (text === undefined || text === '0') return undefined;
    const isNumber = /^\d{1,4}$/.test(text);
    return isNumber ? Number(text) * MEBIBYTE : this.#options.refuse('packSize', text, '4 – 128');
  }

  /** KiB a second, as restic takes them; 0: no limit. */
  #rate(name: string): number | undefined {
    const kibibytes = this.#options.integer(name, 0) ?? 0;
    return kibibytes === 0 ? undefined : kibibytes * KIBIBYTE;
  }

  /** `LUMBUNG_x`, or else `RESTIC_x`. */
  #variable(name: string): string | undefined {
    return this.world.variable(`LUMBUNG_${name}`) ?? this.world.variable(`RESTIC_${name}`);
  }

  get allowEmptyPassword(): boolean {
    return this.#options.flag('insecureNoPassword');
  }

  /** @throws LumbungError REPOSITORY_NOT_NAMED, OPTIONS_CONFLICT (operator) */
  async repositoryAddress(): Promise<string> {
    const address = await this.#address({ repo: 'repo', file: 'repositoryFile', variables: '' });
    if (address !== undefined) return address;
    throw new LumbungError('REPOSITORY_NOT_NAMED', {
      kind: 'operator',
      message: 'no repository was named',
      hint: 'use --repo, or set LUMBUNG_REPOSITORY',
    });
  }

  /** An option beats the environment, an address beats a file that holds one. */
  async #address(names: {
    readonly repo: string;
    readonly file: string;
    readonly variables: 'FROM_' | '';
  }): Promise<string | undefined> {
    const repo = this.#options.text(names.repo);
    const file = this.#options.text(names.file);
    this.#options.refuseTogether(names.repo, names.file);
    if (repo !== undefined) return repo;
    if (file !== undefined) return await readFirstLine(this.world, file);
    const variable = this.#variable(`${names.variables}REPOSITORY`);
    if (variable !== undefined) return variable;
    const variableFile = this.#variable(`${names.variables}REPOSITORY_FILE`);
    return variableFile === undefined ? undefined : await readFirstLine(this.world, variableFile);
  }

  passwordSources(): PasswordSources {
    this.#options.refuseTogether('passwordFile', 'passwordCommand');
    return {
      option: '--password-file',
      file: this.#options.text('passwordFile'),
      command: this.#options.text('passwordCommand'),
      isNone: this.#options.flag('insecureNoPassword'),
      variables: REPOSITORY_PASSWORD_VARIABLES,
    };
  }

  async password(options: { readonly isNew?: boolean; readonly repository?: string } = {}): Promise<Buffer> {
    const { t } = this.texts;
    const { isNew = false, repository } = options;
    return await readPassword(this.world, this.passwordSources(), {
      message: isNew ? t('prompt.newPassword') : t('prompt.password', { repository: repository ?? '' }),
      repository,
      ...(isNew ? { repeat: t('prompt.repeatPassword') } : {}),
      isStdinTaken: this.#options.isKnown('stdin') && this.#options.flag('stdin'),
    });
  }

  async openRepository(): Promise<Repository> {
    const address = await this.repositoryAddress();
    const password = await this.password({ repository: address });
    return await this.#open(address, password, this.#options.text('keyHint') ?? this.#variable('KEY_HINT'));
  }

  /** The other repository of `copy` and `init --copy-chunker-params`.
   *  @throws LumbungError SOURCE_REPOSITORY_NOT_NAMED (operator) */
  async openSourceRepository(options: OptionBag): Promise<Repository> {
    const address = await this.#address({ repo: 'fromRepo', file: 'fromRepositoryFile', variables: 'FROM_' });
    if (address === undefined) {
      throw new LumbungError('SOURCE_REPOSITORY_NOT_NAMED', {
        kind: 'operator',
        message: 'no source repository was named',
        context: { isCopy: options.isKnown('to') },
        hint: 'use --from-repo',
      });
    }
    options.refuseTogether('fromPasswordFile', 'fromPasswordCommand');
    const sources = {
      option: '--from-password-file',
      file: options.text('fromPasswordFile'),
      command: options.text('fromPasswordCommand'),
      isNone: options.flag('fromInsecureNoPassword'),
      variables: SOURCE_PASSWORD_VARIABLES,
    };
    const message = this.texts.t('prompt.sourcePassword', { repository: address });
    const password = await readPassword(this.world, sources, { message, repository: address });
    return await this.#open(address, password, options.text('fromKeyHint') ?? this.#variable('FROM_KEY_HINT'));
  }

  /** The repository that `copy --to` names. */
  async openTargetRepository(address: string, options: OptionBag): Promise<Repository> {
    options.refuseTogether('toPasswordFile', 'toPasswordCommand');
    const sources = {
      option: '--to-password-file',
      file: options.text('toPasswordFile'),
      command: options.text('toPasswordCommand'),
      isNone: options.flag('toInsecureNoPassword'),
      variables: TARGET_PASSWORD_VARIABLES,
    };
    const message = this.texts.t('prompt.targetPassword', { repository: address });
    const password = await readPassword(this.world, sources, { message, repository: address });
    return await this.#open(address, password, options.text('toKeyHint') ?? this.#variable('TO_KEY_HINT'));
  }

  /** A check looks at the repository itself, not at copies of it, unless it is told otherwise. */
  get #isCacheWanted(): boolean {
    const isCheck = this.#options.isKnown('withCache');
    return !this.#options.flag('noCache') && (!isCheck || this.#options.flag('withCache'));
  }

  async #open(address: string, password: Buffer, keyHint: string | undefined): Promise<Repository> {
    const cache = this.#isCacheWanted ? { baseDirectory: this.cacheDirectory } : undefined;
    if (cache !== undefined && this.#options.flag('cleanupCache')) {
      await removeOldCaches(cache.baseDirectory, { nowMs: this.world.ports.clock.nowMs() });
    }
    return await openRepositoryAt(address, {
      ...this.storage,
      ...this.packing,
      password,
      keyHint,
      ports: this.world.ports,
      cache,
      ...(this.#options.flag('noExtraVerify') ? { verify: 'off' as const } : {}),
      signal: this.signal,
    });
  }

  async lock(repository: Repository, kind: 'shared' | 'exclusive'): Promise<Lock> {
    let isTold = false;
    return await lockRepository(repository, {
      kind,
      retryForMs: this.#options.milliseconds('retryLock'),
      signal: this.signal,
      onWait: () => {
        if (!isTold) this.output.note(this.texts.t('lock.waiting'));
        isTold = true;
      },
    });
  }
}
