// The API as one page: made of the document, complete without scripts, and without anything from elsewhere.
import { z } from 'zod';

const schemaObject = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
});
const parameterSchema = z.looseObject({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: schemaObject.optional(),
});
const contentSchema = z.record(z.string(), z.looseObject({ schema: schemaObject.optional() }));
const operationSchema = z.looseObject({
  tags: z.array(z.string()).default([]),
  summary: z.string().default(''),
  description: z.string().optional(),
  'x-lumbung-action': z.string().optional(),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.looseObject({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: contentSchema.optional() })),
});
type Operation = z.output<typeof operationSchema>;
const documentSchema = z.looseObject({
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string().default('') }),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()).default({}) }).optional(),
});

interface Named {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** @param document what openApiDocument made */
export function apiPage(document: unknown): string {
  const { info, paths, components } = documentSchema.parse(document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Named => ({ method, path, operation })),
  );
  const byTag = Map.groupBy(operations, ({ operation }) => operation.tags[0] ?? '');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)} API ${escape(info.version)}</title>
<link rel="stylesheet" href="/api/page.css">
</head>
<body>
<header>
<h1>${escape(info.title)} API <small>${escape(info.version)}</small></h1>
<p><a href="/api/openapi.json">OpenAPI 3.1</a></p>
</header>
<nav aria-label="Contents"><ul>${[...byTag.keys()]
    .map((tag) => `<li><a href="#${anchor(tag)}">${escape(tag)}</a></li>`)
    .join('')}<li><a href="#schemas">Schemas</a></li></ul></nav>
<main>
${paragraphs(info.description)}
${[...byTag].map(([tag, group]) => section(tag, group)).join('\n')}
<section id="schemas"><h2>Schemas</h2>
${Object.entries(components?.schemas ?? {})
  .map(([name, schema]) => schemaBlock(name, schema))
  .join('\n')}
</section>
</main>
</body>
</html>
`;
}

function section(tag: string, operations: readonly Named[]): string {
  return `<section id="${anchor(tag)}"><h2>${escape(tag)}</h2>
${operations.map(operationBlock).join('\n')}
</section>`;
}

function operationBlock({ method, path, operation }: Named): string {
  const { requestBody, responses, parameters } = operation;
  return `<details id="${anchor(`${method} ${path}`)}">
<summary><b class="method">${escape(method.toUpperCase())}</b> <code>${escape(path)}</code> <span>${escape(operation.summary)}</span></summary>
${operation.description === undefined ? '' : paragraphs(operation.description)}
<p>Action: <code>${escape(operation['x-lumbung-action'] ?? '')}</code></p>
${parameters.length === 0 ? '' : parameterTable(parameters)}
${requestBody === undefined ? '' : `<h3>Body</h3>${contentList(requestBody.content)}`}
<h3>Answers</h3>
<dl>${Object.entries(responses)
    .map(
      ([status, { description, content }]) =>
        `<dt>${escape(status)}</dt><dd>${inline(description)}${status.startsWith('2') && content !== undefined ? contentList(content) : ''}</dd>`,
    )
    .join('')}</dl>
</details>`;
}

function parameterTable(parameters: Operation['parameters']): string {
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${escape(place)}</td><td>${required === true ? 'needed' : ''}</td><td>${typeText(schema)}</td><td>${inline(description ?? '')}</td></tr>`,
  );
  return `<h3>Parameters</h3><table><thead><tr><th>name</th><th>in</th><th></th><th>type</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function contentList(content: z.output<typeof contentSchema>): string {
  return Object.entries(content)
    .map(([mediaType, { schema }]) => {
      const name = schema?.$ref?.split('/').at(-1);
      const shown =
        name === undefined
          ? `<pre>${escape(JSON.stringify(schema ?? {}, null, 2))}</pre>`
          : `<a href="#${anchor(`schema ${name}`)}">${escape(name)}</a>`;
      return `<p><code>${escape(mediaType)}</code></p>${shown}`;
    })
    .join('');
}

function schemaBlock(name: string, schema: unknown): string {
  return `<details id="${anchor(`schema ${name}`)}"><summary><code>${escape(name)}</code></summary><pre>${escape(JSON.stringify(schema, null, 2))}</pre></details>`;
}

function typeText(schema: z.output<typeof schemaObject> | undefined): string {
  return escape([schema?.type ?? ''].flat().join(' or '));
}

/** Of the little Markdown that descriptions use: paragraphs, **bold**, `code`. */
function paragraphs(text: string): string {
  return text
    .split('\n\n')
    .map((paragraph) => `<p>${inline(paragraph)}</p>`)
    .join('\n');
}

function inline(text: string): string {
  return escape(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
}

function anchor(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export const apiPageStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 small { font-weight: normal; opacity: 0.7; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; padding: 0; }
a { color: inherit; }
details { border-top: 1px solid #8886; padding: 0.5rem 0; }
summary { cursor: pointer; }
summary span { opacity: 0.8; }
.method { display: inline-block; min-width: 4.5rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8886; border-radius: 0.25rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; vertical-align: top; }
dt { font-weight: bold; }
dd { margin: 0 0 0.5rem 1.5rem; }
`;
