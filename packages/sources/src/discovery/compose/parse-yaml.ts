import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, visit } from 'yaml';

const ALIASES_MAX = 100;
const DEPTH_MAX = 50;
const NODES_MAX = 50_000;

/** A YAML mapping as plain data. Undefined: it is none, or it is too large or too deep to be a configuration. Never
 *  throws. */
export function parseYaml(text: string): Readonly<Record<string, unknown>> | undefined {
  // The library descends by recursion: nesting is bounded before it reads.
  if (!isShallow(text)) return undefined;
  try {
    const document = parseDocument(text, { merge: true, strict: false, uniqueKeys: false, logLevel: 'silent' });
    if (document.errors.length > 0 || !isSmall(document.contents)) return undefined;
    const data: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    return isRecord(data) ? data : undefined;
  } catch {
    // Aliases that expand without end, and whatever else the library refuses: it is no configuration to us.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShallow(text: string): boolean {
  let depth = 0;
  for (const char of text) {
    if (char === '[' || char === '{') depth += 1;
    else if ((char === ']' || char === '}') && depth > 0) depth -= 1;
    if (depth > DEPTH_MAX) return false;
  }
  // `- - - -` and `? ? ?` nest within a line.
  return !/(?:[-?:][ \t]+){50}/.test(text);
}

function isSmall(root: Node | null): boolean {
  let nodes = 0;
  let isFine = true;
  visit(root, (_key, node, path) => {
    nodes += 1;
    const isKnown = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) || path.length > 0;
    if (nodes > NODES_MAX || path.length > 3 * DEPTH_MAX || !isKnown) isFine = false;
    return isFine ? undefined : visit.BREAK;
  });
  return isFine;
}
