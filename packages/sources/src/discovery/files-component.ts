import type { ByteString } from '@lumbung/stdx';
import type { ApplicationKind } from './application.ts';
import { isWithin, joinPath } from './paths.ts';
import { type ExcludeReason, TEMPLATES, type TemplateExclude } from './templates.ts';

/** Why a person must agree first. */
export const EXCLUDE_DOUBTS = ['names-uploads', 'large-share'] as const;
export type ExcludeDoubt = (typeof EXCLUDE_DOUBTS)[number];

export interface FileExclude {
  /** An absolute path whose names may hold `*`, or `**` for any folders; the literal part is escaped with `\`. */
  readonly pattern: ByteString;
  readonly reason: ExcludeReason;
  /** It may leave out what people have put there. */
  readonly confirm?: ExcludeDoubt;
}

export interface FilesComponent {
  readonly template: { readonly kind: ApplicationKind; readonly version: number };
  /** Folders and files to back up, none within another. */
  readonly paths: readonly ByteString[];
  readonly excludes: readonly FileExclude[];
  /** What a backup of such an application must hold. Relative to the root of the application. */
  readonly required: readonly string[];
}

export interface FilesOptions {
  /** Beside the root: data that lies elsewhere. */
  readonly paths?: readonly ByteString[];
  /** Of folders that are not the root. */
  readonly excludesOf?: readonly { readonly folder: ByteString; readonly excludes: readonly TemplateExclude[] }[];
  /** Folders of database servers, which are dumped instead. */
  readonly databaseFolders?: readonly ByteString[];
}

export function filesComponent(kind: ApplicationKind, root: ByteString, options: FilesOptions = {}): FilesComponent {
  const { version, excludes, required } = TEMPLATES[kind];
  const { paths = [], excludesOf = [], databaseFolders = [] } = options;
  return {
    template: { kind, version },
    paths: outermost([root, ...paths]),
    excludes: [
      ...[{ folder: root, excludes }, ...excludesOf].flatMap(({ folder, excludes: some }) =>
        some.map((exclude) => excludeOf(folder, exclude)),
      ),
      ...databaseFolders.map((path) => databaseExclude(path)),
    ],
    required,
  };
}

/** The component with files of databases left out, which are dumped instead. */
export function withoutDatabaseFiles(files: FilesComponent, databaseFiles: readonly ByteString[]): FilesComponent {
  const more = databaseFiles.flatMap((path) =>
    ['', '-wal', '-shm', '-journal'].map((suffix) => databaseExclude(path, suffix)),
  );
  return { ...files, excludes: [...files.excludes, ...more] };
}

/** Where people's own files lie, whatever the template says about it. */
const UPLOADS = /upload|storage\/app|filedir/i;

function excludeOf(folder: ByteString, { pattern, reason }: TemplateExclude): FileExclude {
  const exclude = { pattern: joinPath(escapeGlob(folder), pattern), reason };
  return UPLOADS.test(pattern) ? { ...exclude, confirm: 'names-uploads' } : exclude;
}

/** It is dumped, so nothing is lost by leaving its files out, wherever they lie. */
function databaseExclude(path: ByteString, suffix = ''): FileExclude {
  return { pattern: `${escapeGlob(path)}${suffix}` as ByteString, reason: 'database-files' }; // ASCII behind a byte string
}

/** More than this part of all bytes is not left out without asking. */
const SHARE_MAX = 0.3;

/** The excludes, those that leave out a large share of the bytes marked.
 *  @param measured bytes of the whole component, and of what each exclude leaves out, in their order */
export function judgeExcludes(
  excludes: readonly FileExclude[],
  measured: { readonly totalBytes: number; readonly excludedBytes: readonly number[] },
): readonly FileExclude[] {
  return excludes.map((exclude, idx) => {
    const share = (measured.excludedBytes[idx] ?? 0) / Math.max(1, measured.totalBytes);
    return exclude.confirm === undefined && exclude.reason !== 'database-files' && share > SHARE_MAX
      ? { ...exclude, confirm: 'large-share' }
      : exclude;
  });
}

function outermost(paths: readonly ByteString[]): ByteString[] {
  const distinct = [...new Set(paths)];
  return distinct.filter((path) => !distinct.some((other) => other !== path && isWithin(path, other)));
}

function escapeGlob(path: ByteString): ByteString {
  return path.replace(/[\\*?[\]]/g, '\\$&') as ByteString; // escaping adds ASCII
}
