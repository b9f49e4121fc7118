import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { apiPage } from '../http/api-page.ts';
import { openApiDocument } from '../http/openapi.ts';
import { describeEachDialect } from '../testing/each-dialect.ts';
import { startTestApp } from '../testing/test-app.ts';

/** As a program would see it. */
function plain(document: object): Record<string, never> {
  return JSON.parse(JSON.stringify(document));
}

describeEachDialect('the OpenAPI document', (lab) => {
  it('is valid, and the one that is kept', async () => {
    const { routes } = await startTestApp(await lab.open());
    const document = plain(openApiDocument(routes, '1.0.0'));
    const result = await new Validator().validate(document);
    expect(result).toMatchObject({ valid: true });
    // A change of the API is seen in a commit: run this test with -u, and read the difference.
    const { info: _info, ...kept } = document;
    await expect(`${JSON.stringify(kept, undefined, 1)}\n`).toMatchFileSnapshot('../../openapi.json');
  });

  it('names every endpoint once, with its action, and what it may refuse', async () => {
    const { routes } = await startTestApp(await lab.open());
    const { paths } = plain(openApiDocument(routes, '1.0.0')) as unknown as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations).toHaveLength(routes.filter(({ place }) => place === 'api').length);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const operation of operations) {
      expect(operation).toMatchObject({ 'x-lumbung-action': expect.any(String), summary: expect.any(String) });
      expect(Object.keys(operation.responses)).toContain('429');
    }
  });

  it('is a page that needs no script and nothing from elsewhere', async () => {
    const test = await startTestApp(await lab.open());
    const page = await test.person().send('GET', '/api');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('/accounts/{accountId}/roles');
    expect(page.text).not.toMatch(/<script|https?:\/\/(?!www\.apache)|style=|onclick/i);
    const style = await test.person().send('GET', '/api/page.css');
    expect({ status: style.status, type: style.headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/css; charset=utf-8',
    });
    expect((await test.person().send('GET', '/api/openapi.json')).body).toMatchObject({ openapi: '3.1.0' });
  });
});

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

describe('the page', () => {
  it('shows a name that looks like markup as text', () => {
    const page = apiPage({
      info: { title: '<script>alert(1)</script>', version: '1' },
      paths: { '/"><img src=x>': { get: { summary: '</summary><b>', responses: { 200: { description: '`<i>`' } } } } },
    });
    expect(page).not.toMatch(/<script|<img|<i>|<\/summary><b>/);
  });
});
