import { type ByteString, byteStringOfText } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../crypto/sha256.ts';
import { STOCK_FIXTURE } from '../testing/stock-fixture.ts';
import { parseBlobId } from './ids.ts';
import { byteStrings, nodes, trees } from './testing/arbitraries.ts';
import { damaged } from './testing/mutations.ts';
import { parseTimestamp } from './timestamp.ts';
import {
  decodeTreeStable,
  EMPTY_TREE_ID,
  encodeNode,
  encodeNodeHead,
  encodeTree,
  isSafeName,
  parseTree,
  scanTree,
  type TreeNode,
} from './tree.ts';
import { TreeScanner } from './tree-scanner.ts';

const ID = parseBlobId('ab'.repeat(32));
const treeInvalid = expect.objectContaining({ code: 'TREE_INVALID', kind: 'corruption' });
const stockTrees = STOCK_FIXTURE.blobs.filter(({ type }) => type === 'tree').map(({ plaintext }) => plaintext);

function tree(nodesJson: string): Buffer {
  return Buffer.from(`{"nodes":[${nodesJson}]}\n`);
}

function parseOne(json: string): TreeNode {
  const [node] = parseTree(tree(json));
  if (node === undefined) throw new Error('no node');
  return node;
}

const TIME = parseTimestamp('2024-02-03T04:05:06.070809Z');
const FILE: TreeNode = {
  name: byteStringOfText('a'),
  type: 'file',
  mode: 420,
  mtime: TIME,
  atime: TIME,
  ctime: TIME,
  uid: 0,
  gid: 0,
  user: '',
  group: '',
  inode: 0n,
  deviceId: 0n,
  size: 0,
  links: 0,
  extendedAttributes: [],
  content: [],
};
const TIMES = `"mtime":"${TIME}","atime":"${TIME}","ctime":"${TIME}"`;

describe('encodeTree', () => {
  it('writes an empty folder as every client does', () => {
    const bytes = encodeTree([]);
    expect(bytes.toString()).toBe('{"nodes":[]}\n');
    expect(sha256Hex(bytes)).toBe(EMPTY_TREE_ID);
  });

  it('writes the trees of a stock client again, byte for byte', () => {
    for (const { type, id, plaintext } of STOCK_FIXTURE.blobs) {
      if (type === 'tree') expect(sha256Hex(encodeTree(parseTree(plaintext)))).toBe(id);
    }
  });

  it('leaves out what is zero or empty, but for the owner', () => {
    expect(encodeNode({ ...FILE, mode: 0 })).toBe(`{"name":"a","type":"file",${TIMES},"uid":0,"gid":0,"content":[]}`);
  });

  it('writes all fields in their order', () => {
    const node: TreeNode = {
      ...FILE,
      user: 'u',
      group: 'g',
      inode: 2n ** 64n - 1n,
      deviceId: 2n ** 63n,
      size: Number.MAX_SAFE_INTEGER,
      links: 2,
      linkTarget: '\xff<' as ByteString,
      extendedAttributes: [
        { name: 'user.a', value: Buffer.from('x') },
        { name: 'user.<', value: Buffer.alloc(0) },
      ],
      genericAttributes: '{"windows.file_attributes":32}',
      device: 259n,
      content: [ID, ID],
      subtree: ID,
      error: 'bad',
    };
    expect(encodeNode(node)).toBe(
      `{"name":"a","type":"file","mode":420,${TIMES},"uid":0,"gid":0,"user":"u","group":"g",` +
        '"inode":18446744073709551615,"device_id":9223372036854775808,"size":9007199254740991,"links":2,' +
        '"linktarget":"\\ufffd\\u003c","linktarget_raw":"/zw=",' +
        '"extended_attributes":[{"name":"user.a","value":"eA=="},{"name":"user.\\u003c","value":""}],' +
        `"generic_attributes":{"windows.file_attributes":32},"device":259,"content":["${ID}","${ID}"],"subtree":"${ID}","error":"bad"}`,
    );
  });

  it.each([
    ['twice the same name', ['a', 'a']],
    ['an order by characters instead of bytes', ['a', 'B']],
    ['a longer name before its beginning', ['ab', 'a']],
  ])('refuses %s', (_what, names) => {
    const list = names.map((name) => ({ ...FILE, name: byteStringOfText(name) }));
    expect(() => encodeTree(list)).toThrow(expect.objectContaining({ code: 'TREE_ORDER_BROKEN', kind: 'bug' }));
  });

  it('orders names by their raw bytes, not by what is stored', () => {
    // Stored as \x01 and \xff, which sort otherwise.
    const list = ['\x01', '0', '\xff'].map((name) => ({ ...FILE, name: name as ByteString }));
    expect(parseTree(encodeTree(list)).map(({ name }) => name)).toEqual(['\x01', '0', '\xff']);
  });

  it('fuzz: what is parsed is what was written', () => {
    fc.assert(
      fc.property(trees, (list) => {
        const bytes = encodeTree(list);
        expect(parseTree(bytes)).toEqual(list);
        expect(decodeTreeStable(bytes).isStable).toBe(true);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('fuzz: a node begins with its head', () => {
    fc.assert(
      fc.property(nodes, (node) => {
        expect(encodeNode(node).startsWith(encodeNodeHead(node))).toBe(true);
        const scanner = new TreeScanner(encodeTree([node]));
        scanner.next();
        expect(scanner.headMatches(Buffer.from(encodeNodeHead(node)).toString('latin1'))).toBe(true);
        expect(scanner.headMatches(`${encodeNodeHead(node)}#`)).toBe(false);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('parseTree', () => {
  it('reads what a stock client wrote', () => {
    const [list] = stockTrees.map(parseTree).filter(({ length }) => length === 6);
    expect(list?.map(({ name, type }) => [name, type])).toEqual([
      ['bad\xffname', 'file'],
      ['empty', 'file'],
      ['hello-link', 'file'],
      ['hello.txt', 'file'],
      ['link', 'symlink'],
      ['sub', 'dir'],
    ]);
    expect(list?.[4]).toMatchObject({ linkTarget: 'sub/<&>', content: null });
    expect(list?.[5]).toMatchObject({ mode: 2_147_484_141, subtree: expect.stringMatching(/^9512ea6a/) });
  });

  it('understands keys in any order, unknown keys, space, null and what is missing', () => {
    const [node] = parseTree(
      Buffer.from(
        ` { "version" : {"a":[1,-2.5e+3,true,false,null,"}"]} , "nodes" : [ { "future" : [[],{}] , "content" : null ,
          "extended_attributes":null, "subtree" : "${ID}" , "type":"dir", "user":null, "mtime":null, "name" : "x" , "size":null } ] , "after" : 1 } `,
      ),
    );
    expect(node).toEqual({
      ...FILE,
      name: 'x',
      type: 'dir',
      mode: 0,
      mtime: '0001-01-01T00:00:00Z',
      atime: '0001-01-01T00:00:00Z',
      ctime: '0001-01-01T00:00:00Z',
      content: null,
      subtree: ID,
    });
  });

  it.each(['{}', '{"nodes":null}', '{"nodes":[]}', '{"a":1}'])('finds nothing in %s', (json) => {
    expect(parseTree(Buffer.from(json))).toEqual([]);
  });

  it('keeps 64-bit numbers exactly', () => {
    const node = parseOne(
      '{"name":"a","type":"chardev","inode":18446744073709551615,"device_id":9007199254740993,"device":9223372036854775807}',
    );
    expect(node).toMatchObject({ inode: 2n ** 64n - 1n, deviceId: 9_007_199_254_740_993n, device: 2n ** 63n - 1n });
  });

  it('keeps a node of a type that is none, and what stands there', () => {
    const bytes = tree(
      `{"name":"a","type":"irregular",${TIMES},"uid":0,"gid":0,"content":null},{"name":"b","type":"",${TIMES},"uid":0,"gid":0,"content":null}`,
    );
    const { nodes: list, isStable } = decodeTreeStable(bytes);
    expect(list).toMatchObject([
      { type: 'unknown', storedType: 'irregular' },
      { type: 'unknown', storedType: '' },
    ]);
    expect(isStable).toBe(true);
  });

  it('takes the raw target of a link before the text', () => {
    expect(parseOne('{"name":"a","type":"symlink","linktarget":"\\ufffd","linktarget_raw":"/w=="}').linkTarget).toBe(
      '\xff',
    );
    expect(parseOne('{"name":"a","type":"symlink","linktarget":"é"}').linkTarget).toBe('\xc3\xa9');
  });

  it('keeps a null value of an attribute apart from an empty one', () => {
    const attributes = '[{"name":"a","value":null},{"name":"b","value":""}]';
    const bytes = tree(
      `{"name":"a","type":"file",${TIMES},"uid":0,"gid":0,"extended_attributes":${attributes},"content":[]}`,
    );
    const { nodes: list, isStable } = decodeTreeStable(bytes);
    expect(list[0]?.extendedAttributes).toEqual([
      { name: 'a', value: Buffer.alloc(0), isNull: true },
      { name: 'b', value: Buffer.alloc(0) },
    ]);
    expect(isStable).toBe(true);
  });

  it('reads names as the bytes they are', () => {
    const name = (json: string): string => parseOne(`{"name":${json},"type":"file"}`).name;
    expect(name('"b\\\\xffn"')).toBe('b\xffn');
    expect(name('"\\u00e9"')).toBe('\xc3\xa9');
    expect(name('"é"')).toBe('\xc3\xa9');
    expect(name('"a\\/b"')).toBe('a/b');
    expect(name('"\\\\u00e9"')).toBe('\xc3\xa9');
  });

  it.each([
    ['no JSON', Buffer.from('nodes')],
    ['nothing', Buffer.alloc(0)],
    ['null', Buffer.from('null')],
    ['a list', Buffer.from('[]')],
    ['nodes that are no list', Buffer.from('{"nodes":5}')],
    ['nodes twice', Buffer.from('{"nodes":[],"nodes":[]}')],
    ['something behind the end', Buffer.from('{"nodes":[]}{')],
    ['no end', Buffer.from('{"nodes":[')],
    ['brackets that do not match', Buffer.from('{"a":[}],"nodes":[]}')],
    ['a comma too many', tree(`{"name":"a","type":"file"},`)],
    ['no comma', tree(`{"name":"a","type":"file"}{"name":"b","type":"file"}`)],
    ['a node that is none', tree('"a"')],
    ['a key without value', tree('{"name"}')],
    ['a name that is none', tree('{"name":1,"type":"file"}')],
    ['a broken escape', tree('{"name":"\\u12","type":"file"}')],
    ['a line break in text', tree('{"name":"a\nb","type":"file"}')],
    ['a type that is none', tree('{"name":"a","type":["file"]}')],
    ['a mode below zero', tree('{"name":"a","type":"file","mode":-1}')],
    ['a mode with a fraction', tree('{"name":"a","type":"file","mode":1.5}')],
    ['a mode in text', tree('{"name":"a","type":"file","mode":"1"}')],
    ['a mode beyond 32 bits', tree('{"name":"a","type":"file","mode":4294967296}')],
    ['an inode beyond 64 bits', tree('{"name":"a","type":"file","inode":18446744073709551616}')],
    ['an inode of many digits', tree(`{"name":"a","type":"file","inode":${'9'.repeat(1000)}}`)],
    ['a size that no double holds', tree('{"name":"a","type":"file","size":9007199254740992}')],
    ['a time that is none', tree('{"name":"a","type":"file","mtime":"yesterday"}')],
    ['a content that is none', tree('{"name":"a","type":"file","content":{}}')],
    ['a content of numbers', tree('{"name":"a","type":"file","content":[1]}')],
    ['a content without commas', tree(`{"name":"a","type":"file","content":["${ID}""${ID}"]}`)],
    ['a content of null', tree('{"name":"a","type":"file","content":[null]}')],
    ['a short id', tree(`{"name":"a","type":"file","content":["${ID.slice(1)}"]}`)],
    ['an id in capitals', tree(`{"name":"a","type":"file","content":["${ID.toUpperCase()}"]}`)],
    ['a subtree that is no id', tree('{"name":"a","type":"dir","subtree":"abc"}')],
    ['a raw target that is no base64', tree('{"name":"a","type":"symlink","linktarget_raw":"*"}')],
    ['attributes that are no list', tree('{"name":"a","type":"file","extended_attributes":{}}')],
    ['an attribute that is none', tree('{"name":"a","type":"file","extended_attributes":[1]}')],
    ['a value that is no base64', tree('{"name":"a","type":"file","extended_attributes":[{"name":"x","value":"?"}]}')],
    ['deep nesting', tree(`{"name":"a","future":${'['.repeat(1_000_000)}`)],
  ])('refuses %s', (_what, bytes) => {
    expect(() => parseTree(bytes)).toThrow(treeInvalid);
  });

  it('does not take more memory for a long name of escapes than a few times its length', () => {
    const name = '\\\\x41'.repeat(200_000);
    expect(parseOne(`{"name":"${name}","type":"file"}`).name).toBe('A'.repeat(200_000));
  });

  it('fuzz: damaged trees are refused or read, and read the same by the scanner', () => {
    const originals = [
      ...stockTrees,
      encodeTree([
        {
          ...FILE,
          extendedAttributes: [{ name: 'user.x', value: Buffer.from('12') }],
          linkTarget: '\xff' as ByteString,
        },
      ]),
    ];
    fc.assert(
      fc.property(damaged(originals), (bytes) => {
        const ids: string[] = [];
        const idAt = (at: number): void => void ids.push(bytes.toString('latin1', at, at + 64));
        try {
          const list = parseTree(bytes);
          scanTree(bytes, { content: idAt, subtree: idAt });
          expect(ids).toEqual(
            list.flatMap(({ content, subtree }) => [...(content ?? []), ...(subtree ? [subtree] : [])]),
          );
          const { isStable } = decodeTreeStable(bytes);
          if (isStable) expect(encodeTree(list)).toEqual(bytes);
        } catch (error) {
          expect(error).toEqual(treeInvalid);
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

describe('decodeTreeStable', () => {
  it.each([
    ['a name written in another way', tree(`{"name":"\\u0061","type":"file",${TIMES},"uid":0,"gid":0,"content":[]}`)],
    [
      'a target that lost its bytes',
      tree(`{"name":"a","type":"symlink",${TIMES},"uid":0,"gid":0,"linktarget":"\\ufffd","content":null}`),
    ],
    ['an unknown key', tree(`{"name":"a","type":"file",${TIMES},"uid":0,"gid":0,"content":[],"new":1}`)],
    ['no line break at the end', Buffer.from('{"nodes":[]}')],
    [
      'names out of order',
      tree(
        `{"name":"b","type":"file",${TIMES},"uid":0,"gid":0,"content":[]},{"name":"a","type":"file",${TIMES},"uid":0,"gid":0,"content":[]}`,
      ),
    ],
  ])('sees %s', (_what, bytes) => {
    const { nodes: list, isStable } = decodeTreeStable(bytes);
    expect(isStable).toBe(false);
    expect(list).toEqual(parseTree(bytes));
  });
});

describe('isSafeName', () => {
  it.each(['', '.', '..', '/', 'a/b', '../x', '/etc', 'a\0b', '\0'])('refuses %j', (name) => {
    expect(isSafeName(name as ByteString)).toBe(false);
  });

  it.each(['a', '...', '.a', ' ', '\\', '~', '\xff', 'CON', '-rf'])('accepts %j', (name) => {
    expect(isSafeName(name as ByteString)).toBe(true);
  });

  it('fuzz: what is safe is one component', () => {
    fc.assert(
      fc.property(byteStrings, (name) => {
        if (isSafeName(name)) expect(`/base/${name}/x`.split('/')).toHaveLength(4);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('TreeScanner', () => {
  it('tells fields by their place', () => {
    const bytes = tree(
      `{"name":"f","type":"file",${TIMES},"uid":0,"gid":0,"inode":18446744073709551615,"size":7,"extended_attributes":[{"name":"content","value":"eA=="}],"content":["${ID}","${ID}"]},` +
        `{"name":"s","type":"dir",${TIMES},"uid":0,"gid":0,"content":null,"subtree":"${ID}"}`,
    );
    const scanner = new TreeScanner(bytes);
    expect(scanner.next()).toBe(true);
    expect([scanner.name(), scanner.type(), scanner.size(), scanner.inode()]).toEqual([
      'f',
      'file',
      7,
      '18446744073709551615',
    ]);
    expect([scanner.mtime(), scanner.ctime()]).toEqual([TIME, TIME]);
    expect(scanner.contentIdOffsets().map((at) => bytes.toString('latin1', at, at + 64))).toEqual([ID, ID]);
    expect([scanner.subtreeIdOffset(), scanner.hasContent()]).toEqual([-1, true]);
    expect(bytes.toString('latin1', scanner.nodeStart, scanner.nodeEnd)).toMatch(/^\{"name":"f".*\]\}$/);
    expect(scanner.next()).toBe(true);
    const at = scanner.subtreeIdOffset();
    expect(bytes.toString('latin1', at, at + 64)).toBe(ID);
    expect([scanner.hasContent(), scanner.contentIdOffsets(), scanner.size()]).toEqual([false, [], 0]);
    expect(scanner.next()).toBe(false);
    expect(scanner.next()).toBe(false);
  });

  it('does not look at what is not asked for, but sees where it ends', () => {
    const scanner = new TreeScanner(tree('{"name":5,"type":"file","mode":"x"},{"name":"b","type":"file"}'));
    expect(scanner.next()).toBe(true);
    expect(scanner.next()).toBe(true);
    expect(scanner.name()).toBe('b');
  });

  it('does not take one head for another', () => {
    const scanner = new TreeScanner(tree('{"name":"a","type":"file"}'));
    scanner.next();
    expect(scanner.headMatches('{"name":"a",')).toBe(true);
    expect(scanner.headMatches('{"name":"b",')).toBe(false);
    // Not beyond the node, even if the bytes behind it are the same.
    expect(scanner.headMatches('{"name":"a","type":"file"}]}')).toBe(false);
  });
});
