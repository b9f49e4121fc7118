import { type ByteString, byteStringOfText } from '@lumbung/stdx';

// The definition of the patterns, word by word and without a thought of speed: what the real one is compared with.

interface NaivePattern {
  readonly isNegated: boolean;
  readonly parts: readonly string[];
}

function split(path: string): string[] {
  const parts = path.split('/');
  return parts[0] === '' ? ['/', ...parts.slice(1)] : parts;
}

function prepare(text: string): NaivePattern {
  const isNegated = text.startsWith('!');
  const bytes = byteStringOfText(isNegated ? text.slice(1) : text);
  const parts: string[] = [];
  for (const part of split(bytes)) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') {
      if (parts.at(-1) !== '/') parts.pop();
    } else parts.push(part);
  }
  if (parts.length === 1 && parts[0] === '/') return { isNegated, parts: ['/', '**'] };
  return { isNegated, parts: parts.length === 0 ? ['.'] : parts };
}

function matchParts(parts: readonly string[], strs: readonly string[]): boolean {
  const deepAt = parts.indexOf('**');
  if (deepAt >= 0) {
    for (let stars = 0; stars <= strs.length - parts.length + 1; stars += 1) {
      const expanded = [
        ...parts.slice(0, deepAt),
        ...Array.from({ length: stars }, () => '*'),
        ...parts.slice(deepAt + 1),
      ];
      if (matchParts(expanded, strs)) return true;
    }
    return false;
  }
  if (parts.length === 0) return strs.length === 0;
  if (parts.length > strs.length) return false;
  const first = strs[0] === '/' ? 1 : 0;
  const offsets: number[] = [];
  if (parts[0] === '/') offsets.push(0);
  else for (let offset = strs.length - parts.length; offset >= first; offset -= 1) offsets.push(offset);
  return offsets.some((offset) => parts.every((part, idx) => matchOne(part, strs[offset + idx] ?? '')));
}

/** The characters of a byte string; each byte that belongs to none is one. */
function charactersOf(bytes: string): string[] {
  const characters: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = 1;
    for (const candidate of [4, 3, 2]) {
      const text = Buffer.from(bytes.slice(at, at + candidate), 'latin1').toString('utf8');
      const isCharacter = [...text].length === 1 && !text.includes('\ufffd');
      if (bytes.length >= at + candidate && isCharacter) length = candidate;
    }
    characters.push(bytes.slice(at, at + length));
    at += length;
  }
  return characters;
}

function codePointOf(character: string): number {
  const bytes = Buffer.from(character, 'latin1');
  return character.length === 1 && (bytes[0] ?? 0) >= 0x80 ? 0xfffd : (bytes.toString('utf8').codePointAt(0) ?? 0);
}

/** One component; the pattern is well formed. */
function matchOne(part: string, name: string): boolean {
  if (part === '/' || name === '/') return part === name;
  if (part === '') return name === '';
  const rest = part.slice(1);
  if (part.startsWith('*')) return matchOne(rest, name) || (name !== '' && matchOne(part, name.slice(1)));
  if (name === '') return false;
  if (part.startsWith('\\')) return rest[0] === name[0] && matchOne(rest.slice(1), name.slice(1));
  const [character = ''] = charactersOf(name);
  if (part.startsWith('?')) return matchOne(rest, name.slice(character.length));
  if (part.startsWith('[')) {
    const isNegated = rest.startsWith('^');
    const members = charactersOf(rest.slice(isNegated ? 1 : 0));
    let idx = 0;
    let isIn = false;
    const takeMember = (): number => {
      if (members[idx] === '\\') idx += 1;
      const member = codePointOf(members[idx] ?? '');
      idx += 1;
      return member;
    };
    while (members[idx] !== ']' || idx === 0) {
      const low = takeMember();
      let high = low;
      if (members[idx] === '-') {
        idx += 1;
        high = takeMember();
      }
      const codePoint = codePointOf(character);
      if (low <= codePoint && codePoint <= high) isIn = true;
    }
    const after = members.slice(idx + 1).join('');
    return isIn !== isNegated && matchOne(after, name.slice(character.length));
  }
  return part[0] === name[0] && matchOne(rest, name.slice(1));
}

export function naiveMatch(patterns: readonly string[], path: ByteString): boolean {
  let isMatched = false;
  for (const { isNegated, parts } of patterns.map(prepare)) {
    const isThis = matchParts(parts, split(path));
    isMatched = isNegated ? isMatched && !isThis : isMatched || isThis;
  }
  return isMatched;
}

export function naiveChildMayMatch(patterns: readonly string[], path: ByteString): boolean {
  let mayMatch = false;
  const strs = path === '/' ? ['/'] : split(path);
  for (const { isNegated, parts } of patterns.map(prepare)) {
    if (isNegated) {
      mayMatch = mayMatch && !matchParts(parts, strs);
      continue;
    }
    if (parts[0] !== '/') {
      mayMatch = true;
      continue;
    }
    const deepAt = parts.indexOf('**');
    const cut = deepAt >= 0 && strs.length >= deepAt ? strs.slice(0, deepAt) : strs;
    mayMatch ||= matchParts(parts.slice(0, Math.min(cut.length, parts.length)), cut);
  }
  return mayMatch;
}
