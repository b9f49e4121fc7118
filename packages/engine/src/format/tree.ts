import { type ByteString, byteStringOfText, bytesOf, LumbungError } from '@lumbung/stdx';
import * as z from 'zod';
import { goJsonString, goJsonStringOfBytes } from './go-json.ts';
import { type BlobId, parseBlobId } from './ids.ts';
import { quoteName } from './name-quoting.ts';
import { isTimestampText, parseTimestamp, type Timestamp } from './timestamp.ts';
import { type NodeKey, treeInvalid, TreeScanner } from './tree-scanner.ts';

export const NODE_TYPES = ['file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket'] as const;
export type NodeType = (typeof NODE_TYPES)[number];

export interface ExtendedAttribute {
  readonly name: string;
  readonly value: Buffer;
}

/** An entry of a folder. */
export interface TreeNode {
  /** Raw bytes. Hostile until `isSafeName` says otherwise. */
  readonly name: ByteString;
  readonly type: NodeType;
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

const TYPES: ReadonlySet<string> = new Set(NODE_TYPES);
const U32_MAX = 2 ** 32 - 1;
const U64_MAX = 2n ** 64n - 1n;

/** Whether a name may be restored: one component that stays in its folder. */
export function isSafeName(name: ByteString): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
}

function numberField(key: NodeKey, value: number | bigint): string {
  return Number(value) === 0 ? '' : `"${key}":${value},`;
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

function attributesField(attributes: readonly ExtendedAttribute[]): string {
  if (attributes.length === 0) return '';
  const written = attributes.map(
    ({ name, value }) => `{"name":${goJsonString(name)},"value":"${value.toString('base64')}"}`,
  );
  return `"extended_attributes":[${written.join(',')}],`;
}

/** A node's JSON as Go writes it: fixed order, fixed omissions. Text; its UTF-8 is what is stored.
 *  @see docs/design/repository-format.md#trees */
export function encodeNode(node: TreeNode): string {
  const content = node.content === null ? 'null' : node.content.length === 0 ? '[]' : `["${node.content.join('","')}"]`;
  return (
    `{"name":${goJsonString(quoteName(node.name))},"type":"${node.type}",${numberField('mode', node.mode)}` +
    `"mtime":"${node.mtime}","atime":"${node.atime}","ctime":"${node.ctime}","uid":${node.uid},"gid":${node.gid},` +
    textField('user', node.user) +
    textField('group', node.group) +
    numberField('inode', node.inode) +
    numberField('device_id', node.deviceId) +
    numberField('size', node.size) +
    numberField('links', node.links) +
    linkFields(node.linkTarget) +
    attributesField(node.extendedAttributes) +
    (node.genericAttributes === undefined ? '' : `"generic_attributes":${node.genericAttributes},`) +
    (node.device === undefined ? '' : numberField('device', node.device)) +
    `"content":${content}` +
    (node.subtree === undefined ? '' : `,"subtree":"${node.subtree}"`) +
    (node.error === undefined ? '' : `,"error":${goJsonString(node.error)}`) +
    '}'
  );
}

/** A tree blob's bytes. @throws LumbungError TREE_ORDER_BROKEN (bug): names do not ascend */
export function encodeTree(nodes: readonly TreeNode[]): Buffer {
  for (const [nodeIdx, node] of nodes.entries()) {
    const previous = nodes[nodeIdx - 1];
    if (previous !== undefined && previous.name >= node.name) {
      throw new LumbungError('TREE_ORDER_BROKEN', { kind: 'bug', message: 'the entries of a folder are not in order' });
    }
  }
  return Buffer.from(`{"nodes":[${nodes.map(encodeNode).join(',')}]}\n`, 'utf8');
}

/** The nodes of a tree blob, in the order they are stored. Names are not judged here.
 *  @throws LumbungError TREE_INVALID (corruption) */
export function parseTree(bytes: Uint8Array): TreeNode[] {
  const scanner = new TreeScanner(bufferOf(bytes));
  const nodes: TreeNode[] = [];
  const ids = bufferOf(bytes);
  while (scanner.next()) nodes.push(nodeOf(scanner, ids));
  return nodes;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function nodeOf(scanner: TreeScanner, bytes: Buffer): TreeNode {
  const type = scanner.repeatedText('type');
  if (!isNodeType(type))
    throw treeInvalid(`a node is of the unknown type ${JSON.stringify(type.slice(0, 40))}`, scanner.nodeStart);
  const linkTarget = linkTargetOf(scanner);
  const subtreeAt = scanner.subtreeIdOffset();
  const generic = scanner.raw('generic_attributes');
  const error = scanner.text('error');
  const mtime = timeOf(scanner, 'mtime', undefined);
  return {
    name: scanner.name(),
    type,
    mode: u32(scanner, 'mode'),
    mtime,
    atime: timeOf(scanner, 'atime', mtime),
    ctime: timeOf(scanner, 'ctime', mtime),
    uid: u32(scanner, 'uid'),
    gid: u32(scanner, 'gid'),
    user: scanner.repeatedText('user'),
    group: scanner.repeatedText('group'),
    inode: u64(scanner, 'inode'),
    deviceId: u64(scanner, 'device_id'),
    size: scanner.number('size'),
    links: scanner.number('links'),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    extendedAttributes: attributesOf(scanner),
    ...(generic === undefined ? {} : { genericAttributes: generic }),
    ...(scanner.has('device') ? { device: u64(scanner, 'device') } : {}),
    content: contentOf(scanner, bytes),
    ...(subtreeAt < 0 ? {} : { subtree: idAt(bytes, subtreeAt) }),
    ...(error === '' ? {} : { error }),
  };
}

function isNodeType(type: string): type is NodeType {
  return TYPES.has(type);
}

/** @param at of 64 hex digits that the scanner has checked */
function idAt(bytes: Buffer, at: number): BlobId {
  return bytes.toString('latin1', at, at + 64) as BlobId; // checked to be hex digits
}

function contentOf(scanner: TreeScanner, bytes: Buffer): readonly BlobId[] | null {
  if (!scanner.hasContent()) return null;
  const content: BlobId[] = [];
  scanner.forEachContentId((at) => content.push(idAt(bytes, at)));
  return content;
}

const ZERO_TIME = parseTimestamp('0001-01-01T00:00:00Z');

/** @param checked a time that was checked already, and often comes again */
function timeOf(scanner: TreeScanner, key: 'mtime' | 'atime' | 'ctime', checked: Timestamp | undefined): Timestamp {
  const text = scanner.text(key);
  if (text === checked) return checked;
  if (text === '') return ZERO_TIME;
  if (!isTimestampText(text)) throw treeInvalid(`${key} is not a time`, scanner.nodeStart);
  return text;
}

function u32(scanner: TreeScanner, key: NodeKey): number {
  const value = scanner.number(key);
  if (value > U32_MAX) throw treeInvalid(`${key} is too large`, scanner.nodeStart);
  return value;
}

function u64(scanner: TreeScanner, key: NodeKey): bigint {
  const nearest = scanner.approximate(key);
  if (Number.isSafeInteger(nearest)) return BigInt(nearest);
  const value = BigInt(scanner.digits(key));
  if (value > U64_MAX) throw treeInvalid(`${key} is too large`, scanner.nodeStart);
  return value;
}

function linkTargetOf(scanner: TreeScanner): ByteString | undefined {
  const raw = scanner.text('linktarget_raw');
  if (raw !== '') return Buffer.from(raw, 'base64').toString('latin1') as ByteString; // bytes as latin1
  const text = scanner.text('linktarget');
  return text === '' ? undefined : byteStringOfText(text);
}

const attributesSchema = z.array(
  z.object({
    name: z.string(),
    value: z
      .string()
      .nullish()
      .transform((text) => Buffer.from(text ?? '', 'base64')),
  }),
);

function attributesOf(scanner: TreeScanner): readonly ExtendedAttribute[] {
  const raw = scanner.raw('extended_attributes');
  if (raw === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw treeInvalid('extended attributes are no JSON', scanner.nodeStart);
  }
  const result = attributesSchema.safeParse(value);
  if (!result.success) throw treeInvalid('extended attributes are damaged', scanner.nodeStart);
  return result.data;
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
