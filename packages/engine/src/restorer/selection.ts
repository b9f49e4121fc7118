import { type ByteString, LumbungError, textOf } from '@lumbung/stdx';
import { PatternList } from '../filter/pattern-list.ts';
import type { PatternChoice, RestoreOptions } from './restore-options.ts';

/** What of a snapshot is wanted. Paths begin with a slash. */
export interface Selection {
  /** True when everything is selected: paths need not be made at all. */
  readonly isAll: boolean;
  isSelected(path: ByteString): boolean;
  /** Whether something below the folder may be selected. */
  mayHoldSelected(path: ByteString): boolean;
}

const EVERYTHING: Selection = { isAll: true, isSelected: () => true, mayHoldSelected: () => true };

/** @throws LumbungError RESTORE_OPTIONS_CONFLICT, PATTERN_INVALID (operator) */
export function selectionOf(options: Pick<RestoreOptions, 'include' | 'exclude' | 'paths'>): Selection {
  const include = listsOf(options.include);
  const exclude = listsOf(options.exclude);
  const { paths } = options;
  if (paths !== undefined && include.length + exclude.length > 0) throw conflict('paths', 'patterns');
  if (paths !== undefined) return selectionOfPaths(paths);
  if (include.length > 0 && exclude.length > 0) throw conflict('includes', 'excludes');
  if (include.length > 0) {
    return {
      isAll: false,
      isSelected: (path) => include.some((list) => list.matches(path)),
      mayHoldSelected: (path) => include.some((list) => list.childMayMatch(path)),
    };
  }
  if (exclude.length === 0) return EVERYTHING;
  const isSelected = (path: ByteString) => !exclude.some((list) => list.matches(path));
  return { isAll: false, isSelected, mayHoldSelected: isSelected };
}

function selectionOfPaths(paths: readonly ByteString[]): Selection {
  const wanted = new Set<string>(paths.map((path) => path.replace(/\/+$/, '')));
  // The root is in every path.
  if (wanted.has('')) return EVERYTHING;
  const above = new Set<string>([...wanted].flatMap(foldersAbove));
  const isSelected = (path: ByteString): boolean =>
    wanted.has(path) || foldersAbove(path).some((folder) => wanted.has(folder));
  return { isAll: false, isSelected, mayHoldSelected: (path) => above.has(path) || isSelected(path) };
}

/** `/a/b` and `/a` of `/a/b/c`. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.push(path.slice(0, at));
  return folders;
}

/** Whether an extended attribute of this name is restored (and, where the snapshot lacks it, removed). */
export type XattrChoice = (name: string) => boolean;

/** Plain data, to cross into a worker. */
export interface XattrPatterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** @throws LumbungError RESTORE_OPTIONS_CONFLICT, PATTERN_INVALID (operator) */
export function xattrChoiceOf({ include, exclude }: XattrPatterns): XattrChoice {
  if (include.length > 0 && exclude.length > 0) throw conflict('xattr includes', 'xattr excludes');
  if (include.length === 0 && exclude.length === 0) return () => true;
  const list = PatternList.parse(include.length > 0 ? include : exclude, { caseInsensitive: true });
  const isMatchWanted = include.length > 0;
  // Attribute names hold no slash of their own; the list wants paths.
  return (name) => list.matches(`/${name}` as ByteString) === isMatchWanted;
}

function listsOf(choice: PatternChoice | undefined): PatternList[] {
  const lists = [
    PatternList.parse(choice?.patterns ?? [], { caseInsensitive: false }),
    PatternList.parse(choice?.caseInsensitivePatterns ?? [], { caseInsensitive: true }),
  ];
  return lists.filter((list) => !list.isEmpty);
}

function conflict(one: string, other: string): LumbungError {
  return new LumbungError('RESTORE_OPTIONS_CONFLICT', {
    kind: 'operator',
    message: `${one} and ${other} exclude each other`,
    context: { one, other },
    hint: 'give only one of them',
  });
}

/** For messages: bounded, so that a tree made by hand cannot fill the log. */
export function shownPath(path: ByteString): string {
  return textOf(path).slice(0, 4096);
}

/** Whether this process may do what only the superuser may. */
export function isSuperuser(): boolean {
  return process.geteuid?.() === 0;
}
