// The web application's files: listed once at start, so that a request picks a known file by its name or gets none. No path
// is ever made of what a client sent, which leaves nothing to escape from.
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { errnoOf } from '@lumbung/stdx';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const FILES_MAX = 5000;
const INDEX = '/index.html';

interface StaticFile {
  readonly file: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Its name holds a digest of its content. */
  readonly isForEver: boolean;
}

export interface StaticFiles {
  /** The answer for a path, or undefined when there is no such file. */
  answer(urlPath: string, request: Request): Response | undefined;
}

/** @returns undefined when there is no such folder: the web application is not built */
export async function listStaticFiles(folder: string): Promise<StaticFiles | undefined> {
  const files = new Map<string, StaticFile>();
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      // Not a link: it could lead anywhere.
      if (!entry.isFile() || entry.name.startsWith('.') || files.size >= FILES_MAX) continue;
      const mediaType = MEDIA_TYPES[path.extname(entry.name).toLowerCase()];
      if (mediaType === undefined) continue;
      const file = path.join(entry.parentPath, entry.name);
      const { size, mtimeMs } = await stat(file);
      files.set(`/${path.relative(folder, file).split(path.sep).join('/')}`, {
        file,
        mediaType,
        sizeBytes: size,
        etag: `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`,
        isForEver: /[-.][\w-]{8,}\.\w+$/.test(entry.name) && entry.parentPath.endsWith(`${path.sep}assets`),
      });
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  return { answer: (urlPath, request) => answerFile(files, urlPath, request) };
}

function answerFile(files: ReadonlyMap<string, StaticFile>, urlPath: string, request: Request): Response | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
  const wanted = decoded(urlPath);
  if (wanted === undefined) return undefined;
  // A page of the application has no file: its address is the application's own affair.
  const isPage = path.posix.extname(wanted) === '' && (request.headers.get('accept') ?? '').includes('text/html');
  const found = files.get(wanted) ?? (isPage || wanted === '/' ? files.get(INDEX) : undefined);
  if (found === undefined) return undefined;
  const headers = new Headers({
    'Content-Type': found.mediaType,
    ETag: found.etag,
    'Cache-Control': found.isForEver ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (request.headers.get('if-none-match') === found.etag) return new Response(null, { status: 304, headers });
  headers.set('Content-Length', String(found.sizeBytes));
  if (request.method === 'HEAD') return new Response(null, { headers });
  // Node's own stream in the web's clothes: the types of the two differ in name only.
  const stream = Readable.toWeb(createReadStream(found.file)) as unknown as ReadableStream<Uint8Array>;
  return new Response(stream, { headers });
}

function decoded(urlPath: string): string | undefined {
  try {
    return decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
}
