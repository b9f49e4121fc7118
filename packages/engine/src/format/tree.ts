import { type ByteString, byteStringOfText, bytesOf, LumbungError } from '@lumbung/stdx';
import { bytesOfBase64 } from './base64.ts';
import { type ExtendedAttribute, ExtendedAttributesReader, extendedAttributesJson } from './extended-attributes.ts';
import { goJsonString, goJsonStringOfBytes } from './go-json.ts';
import { GrowingText } from './growing-text.ts';
import { type BlobId, ID_HEX_LENGTH, parseBlobId } from './ids.ts';
import { quoteName } from './name-quoting.ts';
import { isTimestampText, type Timestamp, ZERO_TIMESTAMP } from './timestamp.ts';
import { type KnownNodeType, type NodeKey, TreeScanner, treeInvalid } from './tree-scanner.ts';

export type { ExtendedAttribute } from './extended-attributes.ts';
export { type KnownNodeType, NODE_TYPES } from './tree-scanner.ts';

/** `unknown`: a type that is none of the format's; some old snapshots have `irregular` or nothing at all. */
export type NodeType = KnownNodeType | 'unknown';

/** An entry of a folder. */
export interface TreeNode {
  /** Raw bytes. Hostile until `isSafeName` says otherwise. */
  readonly name: ByteString;
  readonly type: NodeType;
  /** Of an unknown type: what is stored. */
  readonly storedType?: string;
  /** Go's file mode; see go-mode.ts. */
  readonly mode: number;
  readonly mtime: Timestamp;
  readonly atime: Timestamp;
  readonly ctime: Timestamp;
  readonly uid: number;
  readonly gid: number;
  /** Empty when unknown. */
  readonly user: string;
  readonly group: string;
  readonly inode: bigint;
  readonly deviceId: bigint;
  /** Of files: content bytes, as the archiver counted them. May lie. */
  readonly size: number;
  readonly links: number;
  /** Of symlinks: raw bytes. */
  readonly linkTarget?: ByteString;
  readonly extendedAttributes: readonly ExtendedAttribute[];
  /** Attributes of other systems, as the JSON they came as. */
  readonly genericAttributes?: string;
  /** Of devices: the kernel's number. */
  readonly device?: bigint;
  /** Of files: the blobs of the content in order. Null of everything else. */
  readonly content: readonly BlobId[] | null;
  /** Of folders. */
  readonly subtree?: BlobId;
  readonly error?: string;
}

/** The id of a folder without entries. */
export const EMPTY_TREE_ID = parseBlobId('ac08ce34ba4f8123618661bef2425f7028ffb9ac740578a3ee88684d2523fee8');

const U32_MAX = 2 ** 32 - 1;
const U64_MAX = 2n ** 64n - 1n;

/** Whether a name may be restored: one component that stays in its folder. */
export function isSafeName(name: ByteString): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
}

function numberField(key: NodeKey, value: number): string {
  return value === 0 ? '' : `"${key}":${value},`;
}

function bigField(key: NodeKey, value: bigint): string {
  return value === 0n ? '' : `"${key}":${value},`;
}

function textField(key: NodeKey, value: string): string {
  return value === '' ? '' : `"${key}":${goJsonString(value)},`;
}

function linkFields(target: ByteString | undefined): string {
  if (target === undefined || target === '') return '';
  const bytes = bytesOf(target);
  const isText = Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
  const raw = isText ? '' : `"linktarget_raw":"${bytes.toString('base64')}",`;
  return `"linktarget":${goJsonStringOfBytes(target)},${raw}`;
}

/** The fields of a node that its inode alone decides, from `{"name":` up to and with the comma before extended
 *  attributes, device and content: the start of `encodeNode`, to compare with a stored node. */
export function encodeNodeHead(node: TreeNode): string {
  const type = node.type === 'unknown' ? goJsonString(node.storedType ?? '') : `"${node.type}"`;
  return (
    `{"name":${goJsonString(quoteName(node.name))},"type":${type},${numberField('mode', node.mode)}` +
    `"mtime":"${node.mtime}","atime":"${node.atime}","ctime":"${node.ctime}","uid":${node.uid},"gid":${node.gid},` +
    textField('user', node.user) +
    textField('group', node.group) +
    bigField('inode', node.inode) +
    bigField('device_id', node.deviceId) +
    numberField('size', node.size) +
    numberField('links', node.links) +
    linkFields(node.linkTarget)
  );
}

/** A node's JSON as Go writes it: fixed order, fixed omissions. Text; its UTF-8 is what is stored.
 *  @see docs/design/repository-format.md#trees */
export function encodeNode(node: TreeNode): string {
  const { content, extendedAttributes } = node;
  const ids = content === null ? 'null' : content.length === 0 ? '[]' : `["${content.join('","')}"]`;
  return (
    encodeNodeHead(node) +
    (extendedAttributes.length === 0 ? '' : `"extended_attributes":${extendedAttributesJson(extendedAttributes)},`) +
    (node.genericAttributes === undefined ? '' : `"generic_attributes":${node.genericAttributes},`) +
    (node.device === undefined ? '' : bigField('device', node.device)) +
    `"content":${ids}` +
    (node.subtree === undefined ? '' : `,"subtree":"${node.subtree}"`) +
    (node.error === undefined || node.error === '' ? '' : `,"error":${goJsonString(node.error)}`) +
    '}'
  );
}

const TREE_BEGIN = '{"nodes":[';
const TREE_END = ']}\n';
/** A plain file's node has about 400 bytes. */
const NODE_BYTES_TYPICAL = 512;

/** A tree blob's bytes. @throws LumbungError TREE_ORDER_BROKEN (bug): names do not ascend */
export function encodeTree(nodes: readonly TreeNode[]): Buffer {
  const text = new GrowingText(TREE_BEGIN.length + TREE_END.length + nodes.length * NODE_BYTES_TYPICAL);
  text.append(TREE_BEGIN);
  let previous: ByteString | undefined;
  for (const node of nodes) {
    if (previous !== undefined) {
      if (previous >= node.name) throw orderBroken();
      text.append(',');
    }
    previous = node.name;
    text.append(encodeNode(node));
  }
  text.append(TREE_END);
  return text.take();
}

function orderBroken(): LumbungError {
  return new LumbungError('TREE_ORDER_BROKEN', { kind: 'bug', message: 'the entries of a folder are not in order' });
}

/** The nodes of a tree blob, in the order they are stored. Names are not judged here.
 *  @throws LumbungError TREE_INVALID (corruption) */
export function parseTree(bytes: Uint8Array): TreeNode[] {
  const reader = new NodeReader(bufferOf(bytes));
  const nodes: TreeNode[] = [];
  for (let node = reader.next(); node !== undefined; node = reader.next()) nodes.push(node);
  return nodes;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Makes nodes of what a scanner finds. */
class NodeReader {
  readonly #bytes: Buffer;
  readonly #scanner: TreeScanner;
  readonly #attributes = new ExtendedAttributesReader();
  #lastDevice = 0n;
  #lastTime = ZERO_TIMESTAMP;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#scanner = new TreeScanner(bytes);
  }

  next(): TreeNode | undefined {
    const scanner = this.#scanner;
    if (!scanner.next()) return undefined;
    const type = scanner.knownType();
    const mtime = this.#time('mtime');
    const node: Writable<TreeNode> = {
      name: scanner.name(),
      type: type ?? 'unknown',
      mode: this.#u32('mode'),
      mtime,
      atime: scanner.isSameText('atime', 'mtime') ? mtime : this.#time('atime'),
      ctime: this.#time('ctime'),
      uid: this.#u32('uid'),
      gid: this.#u32('gid'),
      user: scanner.repeatedText('user'),
      group: scanner.repeatedText('group'),
      inode: this.#u64('inode'),
      deviceId: this.#deviceId(),
      size: scanner.number('size'),
      links: scanner.number('links'),
      extendedAttributes: NO_ATTRIBUTES,
      content: this.#content(),
    };
    if (type === undefined) node.storedType = scanner.text('type');
    this.#addRareFields(node);
    return node;
  }

  #addRareFields(node: Writable<TreeNode>): void {
    const scanner = this.#scanner;
    const subtreeAt = scanner.subtreeIdOffset();
    if (subtreeAt >= 0) node.subtree = idAt(this.#bytes, subtreeAt);
    if (!scanner.hasRareFields()) return;
    const target = this.#linkTarget();
    if (target !== '') node.linkTarget = target;
    const attributes = scanner.raw('extended_attributes');
    if (attributes !== undefined) node.extendedAttributes = this.#attributes.read(attributes, scanner.nodeStart);
    const generic = scanner.raw('generic_attributes');
    if (generic !== undefined) node.genericAttributes = generic;
    if (scanner.has('device')) node.device = this.#u64('device');
    const error = scanner.text('error');
    if (error !== '') node.error = error;
  }

  #time(key: 'mtime' | 'atime' | 'ctime'): Timestamp {
    const text = this.#scanner.bareText(key);
    if (text === this.#lastTime) return this.#lastTime;
    if (text === '') return ZERO_TIMESTAMP;
    if (!isTimestampText(text)) throw treeInvalid(`${key} is not a time`, this.#scanner.nodeStart);
    this.#lastTime = text;
    return text;
  }

  #u32(key: NodeKey): number {
    const value = this.#scanner.number(key);
    if (value > U32_MAX) throw treeInvalid(`${key} is too large`, this.#scanner.nodeStart);
    return value;
  }

  #u64(key: NodeKey): bigint {
    const nearest = this.#scanner.approximate(key);
    if (Number.isSafeInteger(nearest)) return BigInt(nearest);
    const value = BigInt(this.#scanner.digits(key));
    if (value > U64_MAX) throw treeInvalid(`${key} is too large`, this.#scanner.nodeStart);
    return value;
  }

  /** Nearly always that of the node before. */
  #deviceId(): bigint {
    const value = this.#u64('device_id');
    if (value !== this.#lastDevice) this.#lastDevice = value;
    return this.#lastDevice;
  }

  #content(): readonly BlobId[] | null {
    if (!this.#scanner.hasContent()) return null;
    const content: BlobId[] = [];
    this.#scanner.forEachContentId((at) => content.push(idAt(this.#bytes, at)));
    return content;
  }

  #linkTarget(): ByteString {
    const raw = bytesOfBase64(this.#scanner.text('linktarget_raw'));
    if (raw === undefined) throw treeInvalid('linktarget_raw is not base64', this.#scanner.nodeStart);
    // latin1 makes one character of each byte, which is what a byte string is
    if (raw.length > 0) return raw.toString('latin1') as ByteString;
    return byteStringOfText(this.#scanner.text('linktarget'));
  }
}

const NO_ATTRIBUTES: readonly ExtendedAttribute[] = [];

/** @param at of 64 hex digits that the scanner has checked */
function idAt(bytes: Buffer, at: number): BlobId {
  return bytes.toString('latin1', at, at + ID_HEX_LENGTH) as BlobId; // checked to be hex digits
}

/** The nodes, and whether writing them again gives the same bytes: only then may a tree be rewritten without loss.
 *  @throws LumbungError TREE_INVALID (corruption) */
export function decodeTreeStable(bytes: Uint8Array): { readonly nodes: TreeNode[]; readonly isStable: boolean } {
  const nodes = parseTree(bytes);
  const isAscending = nodes.every(({ name }, nodeIdx) => nodeIdx === 0 || (nodes[nodeIdx - 1]?.name ?? '') < name);
  return { nodes, isStable: isAscending && encodeTree(nodes).equals(bytes) };
}

/** Tells the place of every id a tree refers to, without making nodes. @throws LumbungError TREE_INVALID (corruption) */
export function scanTree(
  bytes: Uint8Array,
  visit: { content(idHexOffset: number): void; subtree(idHexOffset: number): void },
): void {
  const scanner = new TreeScanner(bufferOf(bytes));
  while (scanner.next()) {
    scanner.forEachContentId(visit.content);
    const subtreeAt = scanner.subtreeIdOffset();
    if (subtreeAt >= 0) visit.subtree(subtreeAt);
  }
}
