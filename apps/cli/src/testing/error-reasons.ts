// The English reasons that sources put into their errors: `throw invalid('it is empty')`, where `invalid` makes the error.
import { type Node, parseSync } from 'oxc-parser';
import { visit } from './thrown-errors.ts';

/** Values that reach `reason` and its like in the errors of `codes`: the literals in calls of the functions that make them.
 *  What a template fills in is `…`. */
export function reasonsIn(file: string, source: string, codes: ReadonlySet<string>): string[] {
  const { program } = parseSync(file, source);
  const makers = new Set<string>();
  visit(program, (node) => {
    if (node.type !== 'FunctionDeclaration' || node.id === null || node.body === null) return;
    let makes = false;
    visit(node.body, (inner) => {
      makes ||=
        inner.type === 'NewExpression' &&
        inner.arguments.some((argument) => argument.type === 'Literal' && codes.has(String(argument.value)));
    });
    // One that also decides things is no maker: it throws on its own account.
    if (makes && node.params.length > 0) makers.add(node.id.name);
  });
  const found: string[] = [];
  visit(program, (node) => {
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && makers.has(node.callee.name)) {
      found.push(...node.arguments.flatMap((argument) => textsOf(argument)));
    }
    // `const obstacle = … ? 'it was made without a lock' : …`, and options of that name.
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.id.name === 'obstacle') {
      found.push(...(node.init === null ? [] : textsOf(node.init)));
    }
  });
  return found;
}

function textsOf(node: Node): string[] {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' && node.value !== '' ? [node.value] : [];
    case 'TemplateLiteral':
      return [node.quasis.map(({ value }) => value.cooked ?? '').join('…')];
    case 'ConditionalExpression':
      return [...textsOf(node.consequent), ...textsOf(node.alternate)];
    case 'LogicalExpression':
      return [...textsOf(node.left), ...textsOf(node.right)];
    case 'ParenthesizedExpression':
      return textsOf(node.expression);
    default:
      return [];
  }
}
