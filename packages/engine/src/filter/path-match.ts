// One component of a pattern against one of a path, as Go's filepath.Match does on Unix. Both are byte strings; `?` and
// classes take one character, which may be several bytes.

/** A piece of a component pattern. */
type Piece =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'run' }
  | { readonly kind: 'class'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** A component pattern made ready; undefined: malformed. */
export interface ComponentPattern {
  /** The text it equals, when it has nothing special. */
  readonly literal: string | undefined;
  readonly pieces: readonly Piece[];
}

const SPECIAL = /[\\[\]*?]/;

/** @param text of one component, without `/`, as text (not bytes); undefined when its classes or escapes are malformed */
export function parseComponent(text: string): ComponentPattern | undefined {
  if (!SPECIAL.test(text)) return { literal: text, pieces: [] };
  const characters = [...text];
  const pieces: Piece[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') {
      if (pieces.at(-1)?.kind !== 'run') pieces.push({ kind: 'run' });
    } else if (character === '?') pieces.push({ kind: 'any' });
    else if (character === '\\') {
      at += 1;
      const escaped = characters[at];
      if (escaped === undefined) return undefined;
      pieces.push({ kind: 'literal', character: escaped });
    } else if (character === '[') {
      const parsed = parseClass(characters, at + 1);
      if (parsed === undefined) return undefined;
      pieces.push(parsed.piece);
      at = parsed.end;
    } else pieces.push({ kind: 'literal', character });
  }
  return { literal: undefined, pieces };
}

function parseClass(characters: readonly string[], begin: number): { readonly piece: Piece; readonly end: number } | undefined {
  let at = begin;
  const isNegated = characters[at] === '^';
  if (isNegated) at += 1;
  const ranges: [string, string][] = [];
  for (;;) {
    if (characters[at] === ']' && ranges.length > 0) return { piece: { kind: 'class', isNegated, ranges }, end: at };
    const low = takeMember(characters, at);
    if (low === undefined) return undefined;
    at = low.next;
    if (characters[at] !== '-') {
      ranges.push([low.character, low.character]);
      continue;
    }
    const high = takeMember(characters, at + 1);
    if (high === undefined) return undefined;
    at = high.next;
    ranges.push([low.character, high.character]);
  }
}

function takeMember(characters: readonly string[], at: number): { readonly character: string; readonly next: number } | undefined {
  const character = characters[at];
  if (character === undefined || character === '-' || character === ']') return undefined;
  if (character !== '\\') return { character, next: at + 1 };
  const escaped = characters[at + 1];
  return escaped === undefined ? undefined : { character: escaped, next: at + 2 };
}

function matchesOne(piece: Piece, character: string): boolean {
  switch (piece.kind) {
    case 'literal':
      return piece.character === character;
    case 'any':
    case 'run':
      return true;
    case 'class': {
      const code = character.codePointAt(0) ?? 0;
      const isIn = piece.ranges.some(([low, high]) => (low.codePointAt(0) ?? 0) <= code && code <= (high.codePointAt(0) ?? 0));
      return isIn !== piece.isNegated;
    }
  }
}

/** Whether the whole component matches. Steps back to the last run only, so the time is at most the product of both
 *  lengths, whatever the pattern. */
export function matchesComponent(pattern: ComponentPattern, component: string): boolean {
  if (pattern.literal !== undefined) return pattern.literal === component;
  const { pieces } = pattern;
  const characters = [...component];
  let pieceIdx = 0;
  let at = 0;
  let runPiece = -1;
  let runAt = 0;
  while (at < characters.length) {
    const piece = pieces[pieceIdx];
    if (piece?.kind === 'run') {
      runPiece = pieceIdx;
      runAt = at;
      pieceIdx += 1;
    } else if (piece !== undefined && matchesOne(piece, characters[at] ?? '')) {
      pieceIdx += 1;
      at += 1;
    } else if (runPiece >= 0) {
      runAt += 1;
      at = runAt;
      pieceIdx = runPiece + 1;
    } else return false;
  }
  while (pieces[pieceIdx]?.kind === 'run') pieceIdx += 1;
  return pieceIdx === pieces.length;
}
