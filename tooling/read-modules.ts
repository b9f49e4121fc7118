// Reads the house as the fences see it: which module imports what, and which globals it touches. Facts only; what is
// allowed is judged in fence-rules.ts.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

export interface Import {
  readonly specifier: string;
  readonly line: number;
  readonly isTypeOnly: boolean;
}

/** A mention of a global (`setTimeout`), of its member (`Date.now`), or of a module's export (`node:os#hostname`). */
export interface Use {
  readonly name: string;
  readonly line: number;
}

export interface Module {
  /** From the root, with forward slashes. */
  readonly file: string;
  readonly imports: readonly Import[];
  readonly uses: readonly Use[];
}

export const isSourceFile = (file: string): boolean => /\.(?:ts|tsx|mjs)$/.test(file);
/** Another compiler's source, or generated: may be imported, is not read. */
const isForeign = (file: string): boolean => /\.d\.ts$|\.as\.ts$|\.wasm\.ts$/.test(file);
const SKIPPED_FOLDERS = new Set(['node_modules', 'testdata', 'kernel-src', 'out', 'coverage']);

/** Paths of the source files under `folder`, relative to `root`, in a stable order. A missing folder has none. */
export function listSourceFiles(root: string, folder: string): string[] {
  const files: string[] = [];
  const visit = (relative: string): void => {
    let entries: { name: string; isDirectory(): boolean }[];
    try {
      entries = readdirSync(path.join(root, relative), { withFileTypes: true });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      throw error;
    }
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const child = `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name) && !entry.name.startsWith('.')) visit(child);
      } else if (isSourceFile(entry.name)) {
        files.push(child);
      }
    }
  };
  visit(folder);
  return files;
}

/** @throws Error naming the file when it is not valid TypeScript */
export function readModule(root: string, file: string): Module {
  if (isForeign(file)) return { file, imports: [], uses: [] };
  const text = readFileSync(path.join(root, file), 'utf8');
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message ?? 'unknown error'}`);
  return { file, ...gatherFacts(program, lineFinder(text)) };
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const next = starts.findIndex((start) => start > offset);
    return next === -1 ? starts.length : next;
  };
}

/** The tree is walked by shape, not by type: any object with a `type` is a node, its other fields may hold more. */
interface AnyNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function childrenOf(node: AnyNode): { field: string; child: AnyNode }[] {
  return Object.entries(node).flatMap(([field, value]) => {
    if (isNode(value)) return [{ field, child: value }];
    return Array.isArray(value) ? value.filter(isNode).map((child) => ({ field, child })) : [];
  });
}

function nodeIn(node: AnyNode, field: string): AnyNode | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

function nodesIn(node: AnyNode, field: string): readonly AnyNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function textOf(node: AnyNode | undefined): string | undefined {
  if (node?.type === 'Identifier' && typeof node['name'] === 'string') return node['name'];
  if (node?.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  return undefined;
}

/** Nodes of the type language whose `expression` is nevertheless executed. */
const EXECUTED_TYPE_NODES = new Set([
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);

function gatherFacts(program: unknown, lineAt: (offset: number) => number): Pick<Module, 'imports' | 'uses'> {
  if (!isNode(program)) throw new Error('the parser returned no tree');
  const imports: Import[] = [];
  const uses: Use[] = [];
  const bound = new Set<string>();
  const moduleOf = new Map<string, string>();
  collectBindings(program, bound, moduleOf);

  const addUse = (name: string, node: AnyNode): void => {
    uses.push({ name, line: lineAt(node.start) });
  };
  const addImport = (source: AnyNode | undefined, node: AnyNode, isTypeOnly: boolean): void => {
    const specifier = textOf(source);
    if (specifier !== undefined) imports.push({ specifier, line: lineAt(node.start), isTypeOnly });
  };
  /** `Date` and `globalThis.Date` → `Date`; a name of this module → undefined. */
  const globalName = (node: AnyNode | undefined): string | undefined => {
    if (node?.type === 'Identifier') {
      const name = textOf(node);
      return name === undefined || bound.has(name) ? undefined : name;
    }
    if (node?.type === 'MemberExpression' && textOf(nodeIn(node, 'object')) === 'globalThis') {
      return textOf(nodeIn(node, 'property'));
    }
    return undefined;
  };
  const addMember = (object: AnyNode | undefined, member: string | undefined, node: AnyNode): void => {
    if (member === undefined) return;
    const name = globalName(object);
    if (name !== undefined && name !== 'globalThis') addUse(`${name}.${member}`, node);
    if (name === 'globalThis') addUse(member, node);
    const specifier = moduleOf.get(textOf(object) ?? '');
    if (specifier !== undefined) addUse(`${specifier}#${member}`, node);
  };

  const visit = (node: AnyNode, parent: AnyNode | undefined, field: string): void => {
    switch (node.type) {
      case 'ImportDeclaration': {
        const specifiers = nodesIn(node, 'specifiers');
        const isTypeOnly =
          node['importKind'] === 'type' ||
          (specifiers.length > 0 && specifiers.every((specifier) => specifier['importKind'] === 'type'));
        addImport(nodeIn(node, 'source'), node, isTypeOnly);
        for (const specifier of isTypeOnly ? [] : specifiers) {
          const imported = textOf(nodeIn(specifier, 'imported'));
          if (imported !== undefined) addUse(`${textOf(nodeIn(node, 'source')) ?? ''}#${imported}`, node);
        }
        return;
      }
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        addImport(nodeIn(node, 'source'), node, node['exportKind'] === 'type');
        break;
      case 'ImportExpression':
        addImport(nodeIn(node, 'source'), node, false);
        break;
      case 'TSImportType':
        addImport(nodeIn(node, 'source') ?? nodeIn(node, 'argument'), node, true);
        break;
      case 'NewExpression':
        visitNew(node, addUse, addImport);
        break;
      case 'CallExpression':
        if (globalName(nodeIn(node, 'callee')) === 'Date') addUse('new Date()', node);
        break;
      case 'MemberExpression':
        addMember(nodeIn(node, 'object'), textOf(nodeIn(node, 'property')), node);
        break;
      case 'VariableDeclarator': {
        const pattern = nodeIn(node, 'id');
        const init = nodeIn(node, 'init');
        const keys = pattern?.type === 'ObjectPattern' ? nodesIn(pattern, 'properties') : [];
        for (const property of keys) addMember(init, textOf(nodeIn(property, 'key')), node);
        break;
      }
      case 'Identifier': {
        const name = globalName(node);
        if (name !== undefined && !isOnlyAName(parent, field)) addUse(name, node);
        break;
      }
      default:
    }
    if (node.type.startsWith('TS') && node.type !== 'TSImportType') {
      for (const { field: childField, child } of childrenOf(node)) {
        const isExecuted = EXECUTED_TYPE_NODES.has(node.type) && childField === 'expression';
        if (isExecuted) visit(child, node, childField);
        else visitTypes(child, addImport);
      }
      return;
    }
    for (const { field: childField, child } of childrenOf(node)) visit(child, node, childField);
  };
  visit(program, undefined, '');
  return { imports, uses };
}

function visitNew(
  node: AnyNode,
  addUse: (name: string, node: AnyNode) => void,
  addImport: (source: AnyNode | undefined, node: AnyNode, isTypeOnly: boolean) => void,
): void {
  const callee = textOf(nodeIn(node, 'callee'));
  const [first] = nodesIn(node, 'arguments');
  if (callee === 'Date' && first === undefined) addUse('new Date()', node);
  // `new Worker(new URL('./cut.worker.ts', import.meta.url))` loads a module as surely as an import does.
  if (callee === 'URL' && /^\.{1,2}\/.*\.(?:ts|mjs)$/.test(textOf(first) ?? '')) addImport(first, node, false);
}

function visitTypes(
  node: AnyNode,
  addImport: (source: AnyNode | undefined, node: AnyNode, isTypeOnly: boolean) => void,
): void {
  if (node.type === 'TSImportType') addImport(nodeIn(node, 'source') ?? nodeIn(node, 'argument'), node, true);
  for (const { child } of childrenOf(node)) visitTypes(child, addImport);
}

/** Is an identifier in this place a mere name: a property, a key, a label? */
function isOnlyAName(parent: AnyNode | undefined, field: string): boolean {
  if (parent === undefined) return false;
  if (parent.type === 'MemberExpression') return field === 'property' && parent['computed'] !== true;
  if (parent.type === 'Property') return field === 'key' && parent['computed'] !== true && parent['shorthand'] !== true;
  if (parent.type.endsWith('Definition')) return field === 'key' && parent['computed'] !== true;
  return field === 'label' || parent.type === 'ExportSpecifier' || parent.type === 'MetaProperty';
}

/** Names this module makes itself, and of those the ones that stand for a whole module (`import os from 'node:os'`). */
function collectBindings(node: AnyNode, bound: Set<string>, moduleOf: Map<string, string>): void {
  if (node.type === 'ImportDeclaration') {
    for (const specifier of nodesIn(node, 'specifiers')) {
      const local = textOf(nodeIn(specifier, 'local'));
      if (local === undefined) continue;
      bound.add(local);
      const source = textOf(nodeIn(node, 'source'));
      if (specifier.type !== 'ImportSpecifier' && source !== undefined) moduleOf.set(local, source);
    }
    return;
  }
  for (const { field, child } of childrenOf(node)) {
    const isBinding =
      (node.type === 'VariableDeclarator' && field === 'id') ||
      (/Function|Class/.test(node.type) && field === 'id') ||
      (/Function/.test(node.type) && field === 'params') ||
      (node.type === 'CatchClause' && field === 'param');
    if (isBinding) bindPattern(child, bound);
    collectBindings(child, bound, moduleOf);
  }
}

function bindPattern(pattern: AnyNode, bound: Set<string>): void {
  if (pattern.type === 'Identifier') {
    const name = textOf(pattern);
    if (name !== undefined) bound.add(name);
    return;
  }
  const fields: Record<string, readonly string[]> = {
    ObjectPattern: ['properties'],
    ArrayPattern: ['elements'],
    Property: ['value'],
    AssignmentPattern: ['left'],
    RestElement: ['argument'],
    TSParameterProperty: ['parameter'],
  };
  for (const field of fields[pattern.type] ?? []) {
    const child = nodeIn(pattern, field);
    for (const part of child === undefined ? nodesIn(pattern, field) : [child]) bindPattern(part, bound);
  }
}
