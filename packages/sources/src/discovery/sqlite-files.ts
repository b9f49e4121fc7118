import type { ByteString } from '@lumbung/stdx';
import type { ProjectFiles } from './project-files.ts';

/** Endings of files that are opened for nothing: most files of an application. */
const OTHER =
  /\.(?:php\d?|inc|html?|css|s[ac]ss|less|m?[jt]sx?|map|vue|svelte|json|ya?ml|xml|md|txt|rst|po|mo|pot|svg|png|jpe?g|gif|webp|ico|bmp|woff2?|ttf|eot|otf|mp[34]|pdf|docx?|xlsx?|pptx?|zip|t?gz|bz2|xz|rar|7z|tar|sql|log|lock|sh|py|rb|go|java|c|h|so|jar|twig|blade|ini|conf|env|example|phar)$|-(?:wal|shm|journal)$/i;
const MAGIC = 'SQLite format 3\0';
/** An empty database, or one page: nothing worth a backup of its own. */
const SIZE_BYTES_MIN = 4096;

export function mayBeSqlite(name: ByteString): boolean {
  return !OTHER.test(name);
}

/** By its size, which is a number of pages, and its first bytes. */
export async function isSqliteFile(path: ByteString, files: ProjectFiles): Promise<boolean> {
  const sizeBytes = (await files.sizeOf(path)) ?? 0;
  if (sizeBytes <= SIZE_BYTES_MIN || sizeBytes % 512 !== 0) return false;
  return (await files.read(path, MAGIC.length))?.text === MAGIC;
}
