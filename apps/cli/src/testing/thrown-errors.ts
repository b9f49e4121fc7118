// What the sources of the house can throw: read from their syntax trees, so that a text that is missing or asks for a value
// nobody gives is found by a test instead of by a person in trouble.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Node, parseSync } from 'oxc-parser';

export interface ThrowSite {
  readonly code: string;
  /** `packages/engine/src/pack/pack-builder.ts:12`. */
  readonly place: string;
  readonly kind: string | undefined;
  readonly message: string | undefined;
  readonly hint: string | undefined;
  /** Undefined: the context is not written as an object with plain keys. */
  readonly contextKeys: readonly string[] | undefined;
}

const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** Every `new LumbungError('CODE', …)` of the product's sources: not of tests, and not of what only tests use. */
export function thrownErrors(root: string): ThrowSite[] {
  return globSync('{packages,apps}/*/src/**/*.ts', { cwd: root })
    .filter((file) => !/\.(?:test|tmp)\.ts$|\/testing\/|\.d\.ts$/.test(file))
    .sort()
    .flatMap((file) => sitesIn(file, readFileSync(path.join(root, file), 'utf8')));
}

export function sitesIn(file: string, source: string): ThrowSite[] {
  const sites: ThrowSite[] = [];
  const { program } = parseSync(file, source);
  visit(program, (node) => {
    if (node.type !== 'NewExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'LumbungError')
      return;
    const [code, options] = node.arguments;
    for (const text of code === undefined ? [] : textsIn(code)) {
      if (!CODE.test(text)) continue;
      const fields = options === undefined ? new Map<string, Node>() : fieldsOf(options);
      const written = (name: string) => {
        const value = fields.get(name);
        return value === undefined ? undefined : source.slice(value.start, value.end);
      };
      const context = fields.get('context');
      sites.push({
        code: text,
        place: `${file}:${source.slice(0, node.start).split('\n').length}`,
        kind: written('kind'),
        message: written('message'),
        hint: written('hint'),
        contextKeys:
          context === undefined ? (options === undefined || isPlain(options) ? [] : undefined) : keysOf(context),
      });
    }
  });
  return sites;
}

/** The strings an expression may come to: `'A'`, `isX ? 'A' : 'B'`. */
function textsIn(node: Node): string[] {
  if (node.type === 'Literal' && typeof node.value === 'string') return [node.value];
  if (node.type === 'ConditionalExpression') return [...textsIn(node.consequent), ...textsIn(node.alternate)];
  return [];
}

function isPlain(node: Node): boolean {
  return node.type === 'ObjectExpression' && node.properties.every(({ type }) => type === 'Property');
}

function fieldsOf(node: Node): Map<string, Node> {
  const fields = new Map<string, Node>();
  if (node.type !== 'ObjectExpression') return fields;
  for (const property of node.properties) {
    if (property.type === 'Property' && property.key.type === 'Identifier')
      fields.set(property.key.name, property.value);
  }
  return fields;
}

function keysOf(node: Node): string[] | undefined {
  return isPlain(node) ? [...fieldsOf(node).keys()] : undefined;
}

export function visit(node: Node, act: (node: Node) => void): void {
  act(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child === 'object' && child !== null && 'type' in child && typeof child.type === 'string') {
        visit(child as Node, act); // whatever has a type in such a tree is a node of it
      }
    }
  }
}
