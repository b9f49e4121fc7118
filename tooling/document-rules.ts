// Documents that cannot rot unseen: links lead somewhere, lists are complete, forms are kept.
import path from 'node:path';
import type { RepositoryFile } from './repository-files.ts';

/** Everything the documents are compared with. */
export interface Shelf {
  readonly files: readonly RepositoryFile[];
}

export function judgeDocuments(shelf: Shelf): string[] {
  const pages = shelf.files.filter((file) => file.path.endsWith('.md'));
  return [
    ...pages.flatMap((page) => judgeLinks(page, shelf)),
    ...shelf.files.flatMap((file) => judgeReferences(file, shelf)),
    ...judgeReach(pages, shelf),
    ...judgeDecisions(pages),
    ...pages.filter((page) => page.path.startsWith('changelog/unreleased/')).flatMap(judgeChange),
    ...pages.filter((page) => page.path === 'docs/GLOSSARY.md').flatMap(judgeGlossary),
    ...pages.flatMap((page) => judgeCommands(page, scriptsOf(shelf))),
  ];
}

/** GitHub's way to make an anchor of a heading. */
function anchorsOf(page: RepositoryFile): Set<string> {
  const anchors = withoutCode(page.text).flatMap((line) => {
    const heading = /^#+\s+(.*?)\s*$/.exec(line)?.[1];
    if (heading === undefined) return [];
    return [
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ];
  });
  return new Set(anchors);
}

/** The lines of a page with the fenced blocks blanked, so that line numbers stay. */
function withoutCode(text: string): string[] {
  let isInside = false;
  return text.split('\n').map((line) => {
    const isFence = line.trimStart().startsWith('```');
    if (isFence) isInside = !isInside;
    return isFence || isInside ? '' : line;
  });
}

/** Why a link of `from` leads nowhere, or undefined when it leads somewhere. */
function deadEnd(target: string, from: string, { files }: Shelf): string | undefined {
  const [file = '', anchor] = target.split('#');
  const wanted = file === '' ? from : path.posix.normalize(path.posix.join(path.posix.dirname(from), file));
  const isFolder = files.some((each) => each.path.startsWith(wanted.endsWith('/') ? wanted : `${wanted}/`));
  const found = files.find((each) => each.path === wanted);
  if (found === undefined && !isFolder) return `${wanted} does not exist`;
  if (anchor === undefined || found === undefined || anchorsOf(found).has(anchor)) return undefined;
  return `${wanted} has no heading #${anchor}`;
}

function judgeLinks(page: RepositoryFile, shelf: Shelf): string[] {
  return withoutCode(page.text).flatMap((line, index) =>
    [...line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^[a-z]+:/.test(target)) return [];
      const problem = deadEnd(target, page.path, shelf);
      return problem === undefined ? [] : [`${page.path}:${index + 1}: the link leads nowhere: ${problem}.`];
    }),
  );
}

/** `@see docs/design/repository-format.md#trees` in a comment. */
function judgeReferences(file: RepositoryFile, shelf: Shelf): string[] {
  if (!/\.(?:ts|mjs)$/.test(file.path) || file.path.startsWith('tooling/')) return [];
  return file.text.split('\n').flatMap((line, index) =>
    [...line.matchAll(/\bdocs\/[\w./-]+\.md(?:#[\w-]+)?/g)].flatMap(([target]) => {
      const problem = deadEnd(target, '', shelf);
      return problem === undefined ? [] : [`${file.path}:${index + 1}: the reference leads nowhere: ${problem}.`];
    }),
  );
}

/** A page that no other page leads to is not read: whatever stands in docs/ is reached from the README. */
function judgeReach(pages: readonly RepositoryFile[], { files }: Shelf): string[] {
  const reached = new Set(['README.md']);
  const queue = ['README.md'];
  for (let from = queue.shift(); from !== undefined; from = queue.shift()) {
    const text = pages.find((page) => page.path === from)?.text ?? '';
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
      const place = path.posix.normalize(path.posix.join(path.posix.dirname(from), target));
      const below = place.endsWith('/')
        ? files.filter((file) => file.path.startsWith(place)).map((file) => file.path)
        : [];
      for (const next of [place, ...below].filter((each) => !reached.has(each))) {
        reached.add(next);
        queue.push(next);
      }
    }
  }
  return pages
    .filter(
      (page) => !page.path.includes('/testdata/') && !page.path.startsWith('changelog/') && !reached.has(page.path),
    )
    .map((page) => `${page.path}: no page leads here: link it from README.md or from a page that is linked there.`);
}

function judgeDecisions(pages: readonly RepositoryFile[]): string[] {
  const decisions = pages
    .filter((page) => page.path.startsWith('docs/decisions/'))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return decisions.flatMap((page, index) => {
    const number = String(index + 1).padStart(4, '0');
    const findings: string[] = [];
    if (!new RegExp(`^docs/decisions/${number}-[a-z0-9-]+\\.md$`).test(page.path)) {
      findings.push(`${page.path}: decisions are numbered without gaps: this one should begin with ${number}-.`);
    }
    if (!page.text.startsWith(`# ${number}: `))
      findings.push(`${page.path}: its first line should begin with "# ${number}: ".`);
    for (const part of ['Context', 'Decision', 'Consequences']) {
      if (!page.text.includes(`\n## ${part}\n`)) findings.push(`${page.path}: it has no part "## ${part}".`);
    }
    return findings;
  });
}

function judgeChange(page: RepositoryFile): string[] {
  const [first = '', second = '', third = ''] = page.text.split('\n');
  const findings: string[] = [];
  if (!/^changelog\/unreleased\/\d{4}-[a-z0-9-]+\.md$/.test(page.path)) {
    findings.push(`${page.path}: name it NNNN-what-changes.md.`);
  }
  if (!/^(?:Bugfix|Enhancement|Change|Security): \S.{9,}/.test(first)) {
    findings.push(`${page.path}:1: begin with "Bugfix: ", "Enhancement: ", "Change: " or "Security: " and a sentence.`);
  }
  if (second !== '' || third === '')
    findings.push(`${page.path}:2: after an empty line, say what was and what is now.`);
  return findings;
}

function judgeGlossary(page: RepositoryFile): string[] {
  const rows = page.text
    .split('\n')
    .map((line, index) => ({ line: index + 1, cells: line.split('|').map((cell) => cell.trim()) }))
    .filter(({ cells }) => cells.length === 5)
    .slice(2);
  return rows.flatMap(({ line, cells: [, word = '', indonesian = '', meaning = ''] }, index) => {
    const before = rows[index - 1]?.cells[1] ?? '';
    const findings: string[] = [];
    if (indonesian === '' || meaning === '')
      findings.push(`${page.path}:${line}: "${word}" lacks its Indonesian word or its meaning.`);
    if (before >= word) findings.push(`${page.path}:${line}: "${word}" belongs before "${before}", or is there twice.`);
    return findings;
  });
}

function scriptsOf({ files }: Shelf): readonly string[] {
  const manifest: unknown = JSON.parse(files.find((file) => file.path === 'package.json')?.text ?? '{}');
  const scripts: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'scripts') : {};
  return typeof scripts === 'object' && scripts !== null ? Object.keys(scripts) : [];
}

function judgeCommands(page: RepositoryFile, scripts: readonly string[]): string[] {
  return page.text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/\bnpm run ([\w:-]+)/g)].flatMap(([, name = '']) =>
        scripts.includes(name) ? [] : [`${page.path}:${index + 1}: package.json has no script "${name}".`],
      ),
    );
}
