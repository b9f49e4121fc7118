import {
  type FoundNode,
  findNodes,
  findObjects,
  type IndexedRepository,
  type Instant,
  type ObjectSearch,
  type SnapshotId,
  type SnapshotRecord,
  shortId,
} from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { OptionBag } from '../option-bag.ts';
import { shownName, shownText } from '../shown-name.ts';
import { withRepository } from '../with-repository.ts';
import { foundNodeJson, foundObjectJson } from './find-json.ts';
import { nodeLine } from './node-line.ts';
import { parseTime } from './parse-time.ts';
import { shownTime } from './snapshot-filter.ts';
import { selectedSnapshots } from './snapshots.ts';

interface Search {
  readonly context: CommandContext;
  readonly indexed: IndexedRepository;
  readonly snapshots: readonly SnapshotRecord[];
  readonly words: readonly string[];
  readonly options: OptionBag;
  readonly signal: AbortSignal;
}

export const run: CommandRun = async (context, words, options) =>
  await withRepository(context, 'read', async ({ repository, signal }) => {
    const kind = objectKindOf(options);
    const found = await selectedSnapshots(context, repository, options.texts('snapshot'), options, signal);
    // The newest is what is looked for most often.
    const snapshots = options.flag('reverse') ? found : found.toReversed();
    const indexed = await repository.loadIndex({ signal });
    const search = { context, indexed, snapshots, words, options, signal };
    if (kind === undefined) await searchNodes(search);
    else await searchObjects(search, kind);
    return EXIT.ok;
  });

function objectKindOf(options: OptionBag): ObjectSearch['kind'] | undefined {
  options.refuseTogether('blob', 'tree');
  options.refuseTogether('blob', 'pack');
  options.refuseTogether('tree', 'pack');
  return (['blob', 'tree', 'pack'] as const).find((kind) => options.flag(kind));
}

async function searchNodes({ context, indexed, snapshots, words, options, signal }: Search): Promise<void> {
  const newest = instantOption(options, 'newest');
  const oldest = instantOption(options, 'oldest');
  const nodes = findNodes(indexed, {
    snapshots,
    patterns: words,
    caseInsensitive: options.flag('ignoreCase'),
    ...(newest === undefined ? {} : { newest }),
    ...(oldest === undefined ? {} : { oldest }),
    signal,
  });
  if (context.output.isJson) await printNodesJson(context, nodes);
  else await printNodes(context, nodes, options);
}

function instantOption(options: OptionBag, name: string): Instant | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const timeMs = parseTime(text, options, name);
  const seconds = Math.floor(timeMs / 1000);
  return { seconds, nanoseconds: (timeMs - seconds * 1000) * 1_000_000 };
}

/** One object a snapshot: its matches come first, their number last, so that none has to be remembered. */
async function printNodesJson({ output }: CommandContext, nodes: AsyncIterable<FoundNode>): Promise<void> {
  let current: SnapshotId | undefined;
  let hits = 0;
  const close = (): string => (current === undefined ? '' : `],"hits":${hits},"snapshot":"${current}"}`);
  await output.write('[');
  for await (const node of nodes) {
    if (node.snapshot.id !== current) {
      await output.write(`${close()}${current === undefined ? '' : ','}{"matches":[`);
      current = node.snapshot.id;
      hits = 0;
    }
    await output.write(`${hits === 0 ? '' : ','}${foundNodeJson(node)}`);
    hits += 1;
  }
  await output.write(`${close()}]\n`);
}

async function printNodes(context: CommandContext, nodes: AsyncIterable<FoundNode>, options: OptionBag): Promise<void> {
  const { output, texts } = context;
  const how = {
    isLong: options.flag('long'),
    isHumanReadable: options.flag('humanReadable'),
    bytes: texts.bytes,
  };
  let current: SnapshotId | undefined;
  for await (const { snapshot, path, node } of nodes) {
    if (snapshot.id !== current)
      await output.write(`${current === undefined ? '' : '\n'}${heading(context, snapshot)}\n`);
    current = snapshot.id;
    await output.write(`${nodeLine(path, node, how)}\n`);
  }
  if (current === undefined) output.note(texts.t('find.none'));
}

function heading({ texts: { t } }: CommandContext, { id, time, hostname }: SnapshotRecord): string {
  return t('find.inSnapshot', { id: shortId(id), time: shownTime(time), host: shownText(hostname) });
}

async function searchObjects(search: Search, kind: ObjectSearch['kind']): Promise<void> {
  const { context, indexed, snapshots, words, options, signal } = search;
  const { output } = context;
  const { t } = context.texts;
  const isPackShown = options.flag('showPackId');
  let current: SnapshotId | undefined;
  let count = 0;
  if (output.isJson) await output.write('[');
  for await (const object of findObjects(indexed, { snapshots, search: { kind, ids: words }, signal })) {
    const { snapshot, path, id, packs } = object;
    count += 1;
    if (output.isJson) {
      await output.write(`${count === 1 ? '' : ','}${foundObjectJson(object)}`);
      continue;
    }
    if (snapshot.id !== current)
      await output.write(`${current === undefined ? '' : '\n'}${heading(context, snapshot)}\n`);
    current = snapshot.id;
    const where = isPackShown ? `  ${t('find.packs', { packs: packs.join(', ') })}` : '';
    await output.write(`${t(`find.${object.objectType}`, { id, path: shownName(path) })}${where}\n`);
  }
  if (output.isJson) await output.write(']\n');
  else if (count === 0) output.note(t('find.none'));
}
