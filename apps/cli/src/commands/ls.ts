import {
  findSnapshot,
  LIST_ORDERS,
  type ListedNode,
  listNodes,
  resolveTree,
  type SnapshotRecord,
  sortListedNodes,
} from '@lumbung/engine';
import { byteStringOfText } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { OptionBag } from '../option-bag.ts';
import { withRepository } from '../with-repository.ts';
import { listedNodeJson, listedSnapshotJson } from './ls-json.ts';
import { NcduExport } from './ncdu-export.ts';
import { nodeLine } from './node-line.ts';
import { filterOf } from './snapshot-filter.ts';
import { snapshotSentence } from './snapshot-sentence.ts';

export const run: CommandRun = async (context, [spec = '', ...folders], options) =>
  await withRepository(context, 'read', async ({ repository, signal }) => {
    const { snapshot, subfolder } = await findSnapshot(repository, spec, filterOf(options), signal);
    const indexed = await repository.loadIndex({ signal });
    const root = await resolveTree(indexed, snapshot.tree, subfolder, signal);
    const nodes = listNodes(indexed, root, {
      paths: folders.map(byteStringOfText),
      recursive: options.flag('recursive'),
      signal,
    });
    const printer = printerOf(context, options, snapshot);
    await printer.begin();
    for await (const node of await inOrder(nodes, options)) await printer.node(node);
    await printer.end();
    return EXIT.ok;
  });

/** As stored, which costs no memory, unless another order was asked for. */
async function inOrder(
  nodes: AsyncIterable<ListedNode>,
  options: OptionBag,
): Promise<AsyncIterable<ListedNode> | Iterable<ListedNode>> {
  const order = options.choice('sort', LIST_ORDERS);
  const isReversed = options.flag('reverse');
  if ((order === undefined || order === 'name') && !isReversed) return nodes;
  if (options.flag('ncdu')) options.refuseTogether('sort', 'ncdu');
  const all: ListedNode[] = [];
  for await (const node of nodes) all.push(node);
  return sortListedNodes(all, order ?? 'name', isReversed);
}

interface NodePrinter {
  begin(): Promise<void>;
  node(node: ListedNode): Promise<void>;
  end(): Promise<void>;
}

function printerOf(context: CommandContext, options: OptionBag, snapshot: SnapshotRecord): NodePrinter {
  const { output } = context;
  if (options.flag('ncdu')) return new NcduExport((text) => output.write(text), snapshot);
  if (output.isJson) {
    return {
      begin: async () => await output.write(`${listedSnapshotJson(snapshot)}\n`),
      node: async (node) => await output.write(`${listedNodeJson(node)}\n`),
      end: async () => {},
    };
  }
  const how = {
    isLong: options.flag('long'),
    isHumanReadable: options.flag('humanReadable'),
    bytes: context.texts.bytes,
  };
  return {
    begin: async () => output.note(snapshotSentence(context.texts, snapshot)),
    node: async ({ path, node }) => await output.write(`${nodeLine(path, node, how)}\n`),
    end: async () => {},
  };
}
