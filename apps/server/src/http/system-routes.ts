// What the house says of itself: is it alive, is it ready, its numbers, its API.
import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import { apiPage, apiPageStyle } from './api-page.ts';
import type { Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { type BytesAnswer, defineRoute, type Route } from './route.ts';

export interface SystemPorts {
  readonly version: string;
  readonly metrics: Metrics;
  /** What must be true before requests make sense, by name: `store`, `queue`. */
  readonly readiness: () => Promise<Readonly<Record<string, boolean>>>;
}

const TAG = 'System';

/** @param routes of the modules: what the document describes */
export function systemRoutes({ version, metrics, readiness }: SystemPorts, routes: readonly Route[]): Route[] {
  const document = `${JSON.stringify(openApiDocument(routes, version))}\n`;
  const page = apiPage(openApiDocument(routes, version));
  return [
    defineRoute({
      method: 'get',
      place: 'root',
      path: '/healthz',
      action: 'health.read',
      tag: TAG,
      summary: 'Is the process alive',
      answer: { kind: 'body', status: 200, schema: z.strictObject({ status: z.literal('alive') }), what: 'It is' },
      handle: () => ({ body: { status: 'alive' as const } }),
    }),
    defineRoute({
      method: 'get',
      place: 'root',
      path: '/readyz',
      action: 'health.read',
      tag: TAG,
      summary: 'May requests come',
      answer: { kind: 'body', status: 200, schema: z.strictObject({ status: z.literal('ready') }), what: 'They may' },
      errors: { SERVER_NOT_READY: 503 },
      handle: async () => {
        const failed = Object.entries(await readiness()).filter(([, isReady]) => !isReady);
        if (failed.length > 0) throw serverNotReady(failed.map(([name]) => name));
        return { body: { status: 'ready' as const } };
      },
    }),
    defineRoute({
      method: 'get',
      place: 'root',
      path: '/metrics',
      action: 'metrics.read',
      alsoOpenTo: 'this-machine',
      tag: TAG,
      summary: 'Numbers for Prometheus',
      answer: { kind: 'bytes', mediaType: 'text/plain', what: 'Text exposition format' },
      handle: async () => bytesOf(await metrics.print(), metrics.mediaType),
    }),
    defineRoute({
      method: 'get',
      place: 'root',
      path: '/api/openapi.json',
      action: 'api.read',
      tag: TAG,
      summary: 'The OpenAPI 3.1 document',
      answer: { kind: 'bytes', mediaType: 'application/json', what: 'The document' },
      handle: () => bytesOf(document, 'application/json'),
    }),
    defineRoute({
      method: 'get',
      place: 'root',
      path: '/api',
      action: 'api.read',
      tag: TAG,
      summary: 'The API as a page',
      answer: { kind: 'bytes', mediaType: 'text/html', what: 'A page without scripts' },
      handle: () => bytesOf(page, 'text/html; charset=utf-8'),
    }),
    defineRoute({
      method: 'get',
      place: 'root',
      path: '/api/page.css',
      action: 'api.read',
      tag: TAG,
      summary: 'The style of the API page',
      answer: { kind: 'bytes', mediaType: 'text/css', what: 'A style sheet' },
      handle: () => bytesOf(apiPageStyle, 'text/css; charset=utf-8'),
    }),
  ];
}

function bytesOf(text: string, mediaType: string): BytesAnswer {
  const bytes = new TextEncoder().encode(text);
  return { stream: new Blob([bytes]).stream(), mediaType, sizeBytes: bytes.byteLength };
}

function serverNotReady(parts: readonly string[]): LumbungError {
  return new LumbungError('SERVER_NOT_READY', {
    kind: 'transient',
    message: `not ready: ${parts.join(', ')}`,
    context: { parts: parts.join(', ') },
    hint: 'wait, or look at the log of the server',
  });
}
