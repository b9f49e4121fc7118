import path from 'node:path';
import type { CompressionMode, IndexedRepository, Lock, Repository } from '@lumbung/engine';
import { COMPRESSION_MODES, lockRepository } from '@lumbung/engine';
import { openRepositoryAt } from '@lumbung/runner';
import { LumbungError } from '@lumbung/stdx';
import type { OptionBag } from './option-bag.ts';
import { Output } from './output.ts';
import { type PasswordSources, readPassword, REPOSITORY_PASSWORD_VARIABLES, SOURCE_PASSWORD_VARIABLES } from './password.ts';
import { readFirstLine } from './read-lines.ts';
import type { Texts } from './texts/texts.ts';
import { VERSION } from './version.ts';
import type { World } from './world.ts';

/** What every command gets. Repositories that it opens are closed with it. */
export class CommandContext {
  readonly world: World;
  readonly texts: Texts;
  readonly output: Output;
  readonly #globals: OptionBag;

  constructor(parts: { readonly world: World; readonly texts: Texts; readonly output: Output; readonly globals: OptionBag }) {
    this.world = parts.world;
    this.texts = parts.texts;
    this.output = parts.output;
    this.#globals = parts.globals;
  }

  get signal(): AbortSignal {
    return this.world.signal;
  }

  /** `lumbung x.y.z`, as snapshots record it. */
  get programVersion(): string {
    return `lumbung ${VERSION}`;
  }

  get isLockWanted(): boolean {
    return !this.#globals.flag('noLock');
  }

  get cacheDirectory(): string {
    const { variable, homeDirectory } = this.world;
    const base =
      this.#globals.text('cacheDir') ?? variable('LUMBUNG_CACHE_DIR') ?? variable('RESTIC_CACHE_DIR') ?? path.join(variable('XDG_CACHE_HOME') ?? path.join(homeDirectory, '.cache'), 'lumbung');
    return path.resolve(this.world.workingDirectory, base);
  }

  get compression(): CompressionMode {
    const option = this.#globals.choice('compression', COMPRESSION_MODES);
    const fromEnvironment = this.world.variable('LUMBUNG_COMPRESSION') ?? this.world.variable('RESTIC_COMPRESSION');
    return option ?? COMPRESSION_MODES.find((mode) => mode === fromEnvironment) ?? 'auto';
  }

  get packSizeBytes(): number | undefined {
    const fromEnvironment = this.world.variable('LUMBUNG_PACK_SIZE') ?? this.world.variable('RESTIC_PACK_SIZE');
    const mebibytes = this.#globals.integer('packSize', 1) ?? (fromEnvironment === undefined ? undefined : Number(fromEnvironment));
    return mebibytes === undefined ? undefined : mebibytes * 2 ** 20;
  }

  get allowEmptyPassword(): boolean {
    return this.#globals.flag('insecureNoPassword');
  }

  /** @throws LumbungError REPOSITORY_NOT_NAMED (operator) */
  async repositoryAddress(): Promise<string> {
    const file = this.#globals.text('repositoryFile') ?? this.world.variable('LUMBUNG_REPOSITORY_FILE') ?? this.world.variable('RESTIC_REPOSITORY_FILE');
    const address =
      this.#globals.text('repo') ??
      (this.#globals.text('repositoryFile') === undefined ? (this.world.variable('LUMBUNG_REPOSITORY') ?? this.world.variable('RESTIC_REPOSITORY')) : undefined) ??
      (file === undefined ? undefined : await readFirstLine(this.world, file));
    if (address === undefined || address === '') {
      throw new LumbungError('REPOSITORY_NOT_NAMED', {
        kind: 'operator',
        message: 'no repository was named',
        hint: 'use --repo, or set LUMBUNG_REPOSITORY',
      });
    }
    return address;
  }

  passwordSources(): PasswordSources {
    return {
      file: this.#globals.text('passwordFile'),
      command: this.#globals.text('passwordCommand'),
      isNone: this.#globals.flag('insecureNoPassword'),
      variables: REPOSITORY_PASSWORD_VARIABLES,
    };
  }

  async password(options: { readonly isNew?: boolean } = {}): Promise<Buffer> {
    const { t } = this.texts;
    return await readPassword(this.world, this.passwordSources(), {
      message: options.isNew === true ? t('prompt.newPassword') : t('prompt.password'),
      ...(options.isNew === true ? { repeat: t('prompt.repeatPassword'), mismatch: t('prompt.mismatch') } : {}),
    });
  }

  async openRepository(): Promise<Repository> {
    const address = await this.repositoryAddress();
    return await this.#open(address, await this.password(), this.#globals.text('keyHint') ?? this.world.variable('RESTIC_KEY_HINT'));
  }

  /** The other repository of `copy` and `init --copy-chunker-params`. */
  async openSourceRepository(options: OptionBag): Promise<Repository> {
    const { variable } = this.world;
    const file = options.text('fromRepositoryFile') ?? variable('LUMBUNG_FROM_REPOSITORY_FILE') ?? variable('RESTIC_FROM_REPOSITORY_FILE');
    const address = options.text('fromRepo') ?? variable('LUMBUNG_FROM_REPOSITORY') ?? variable('RESTIC_FROM_REPOSITORY') ?? (file === undefined ? undefined : await readFirstLine(this.world, file));
    if (address === undefined) {
      throw new LumbungError('REPOSITORY_NOT_NAMED', { kind: 'operator', message: 'no source repository was named', hint: 'use --from-repo' });
    }
    const password = await readPassword(
      this.world,
      {
        file: options.text('fromPasswordFile'),
        command: options.text('fromPasswordCommand'),
        isNone: options.flag('fromInsecureNoPassword'),
        variables: SOURCE_PASSWORD_VARIABLES,
      },
      { message: this.texts.t('prompt.sourcePassword') },
    );
    return await this.#open(address, password, options.text('fromKeyHint') ?? variable('RESTIC_FROM_KEY_HINT'));
  }

  async #open(address: string, password: Buffer, keyHint: string | undefined): Promise<Repository> {
    return await openRepositoryAt(address, {
      password,
      keyHint,
      ports: this.world.ports,
      compression: this.compression,
      packSizeBytes: this.packSizeBytes,
      cache: this.#globals.flag('noCache') ? undefined : { baseDirectory: this.cacheDirectory },
      ...(this.#globals.flag('noExtraVerify') ? { verify: 'off' as const } : {}),
      uploadBytesPerSecond: kibibytes(this.#globals.integer('limitUpload', 0)),
      downloadBytesPerSecond: kibibytes(this.#globals.integer('limitDownload', 0)),
      workingDirectory: this.world.workingDirectory,
      signal: this.signal,
    });
  }

  /** The repository with its index, for a command that only reads; under a shared lock unless --no-lock. */
  async openForReading(): Promise<{ readonly repository: Repository; readonly lock: Lock | undefined; load(): Promise<IndexedRepository> }> {
    const repository = await this.openRepository();
    const lock = this.isLockWanted ? await this.lock(repository, 'shared') : undefined;
    return { repository, lock, load: () => repository.loadIndex({ signal: this.signal }) };
  }

  async lock(repository: Repository, kind: 'shared' | 'exclusive'): Promise<Lock> {
    return await lockRepository(repository, {
      kind,
      retryForMs: this.#globals.milliseconds('retryLock'),
      signal: this.signal,
      onWait: () => {
        this.output.say(this.texts.t('lock.waiting'));
      },
    });
  }
}

function kibibytes(value: number | undefined): number | undefined {
  return value === undefined || value === 0 ? undefined : value * 1024;
}

export function newOutput(world: World, globals: OptionBag, verbosity: number): Output {
  return new Output(world, { isJson: globals.flag('json'), verbosity: globals.flag('quiet') ? -1 : verbosity });
}
