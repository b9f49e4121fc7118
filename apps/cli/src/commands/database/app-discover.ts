import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type DiscoveredApplication,
  type DiscoveredDatabase,
  type DiscoveryFinding,
  type DiscoveryWarning,
  discoverApplications,
  type FileExclude,
  TEMPLATES,
} from '@lumbung/runner/databases';
import { assertNever, type ByteString, byteStringOfText, textOf } from '@lumbung/stdx';
import type { CommandRun } from '../../command-spec.ts';
import type { CommandContext } from '../../context.ts';
import { EXIT } from '../../exit-codes.ts';
import { jsonMessage } from '../../json.ts';
import { shownName, shownText } from '../../shown-name.ts';
import type { Texts } from '../../texts/texts.ts';

/** Where Debian and its users put web applications. */
const ROOTS_DEFAULT = ['/var/www', '/srv', '/opt'];

export const run: CommandRun = async (context, words) => {
  const { world, output, texts, signal } = context;
  const roots = (words.length > 0 ? words : ROOTS_DEFAULT.filter((root) => existsSync(root))).map((word) =>
    byteStringOfText(path.resolve(world.workingDirectory, word)),
  );
  using line = context.progress();
  const { applications, findings, isComplete } = await discoverApplications(roots, {
    clock: world.ports.clock,
    signal,
    onProgress: ({ applications: found, folder }) => {
      line.show({ text: texts.t('app.progress', { count: texts.count(found) }), item: shownText(folder) });
    },
  });
  line.clear();
  if (output.isJson) {
    const found = applications.map((application) => applicationJson(application, texts));
    const said = findings.map((finding) => findingJson(finding, texts));
    output.data(`${jsonMessage({ applications: found, findings: said, isComplete })}\n`);
    return isComplete ? EXIT.ok : EXIT.incomplete;
  }
  if (applications.length === 0) output.say(texts.t('app.none'));
  for (const application of applications) tellApplication(context, application);
  if (applications.length > 0) output.say(texts.t('app.total', { count: applications.length }));
  for (const finding of findings) {
    output.warn(texts.t('error.item', { item: shownName(finding.path), message: findingSentence(finding, texts) }));
  }
  return isComplete ? EXIT.ok : EXIT.incomplete;
};

function tellApplication({ output, texts }: CommandContext, application: DiscoveredApplication): void {
  const { t } = texts;
  const { kind, name, root, version, confidence, components, redis, buckets, warnings } = application;
  output.say(
    t('app.heading', {
      name: shownText(name),
      kind: t(`app.kind.${kind}`),
      version: version === undefined ? '' : shownText(version),
    }),
  );
  output.say(t('app.folder', { folder: shownName(root) }));
  for (const database of components.databases) {
    output.say(t('app.database', { name: databaseText(database, t('app.unknown')) }));
  }
  for (const { address } of redis) output.say(t('app.database', { name: `redis ${addressText(address)}` }));
  for (const bucket of buckets) output.say(t('app.bucket', { name: shownText(bucket.name) }));
  if (confidence === 'low') output.say(t('app.unsure'));
  for (const warning of warnings) output.say(t('app.remark', { text: warningSentence(warning, texts) }));
  const reasons = new Set(components.files.excludes.map(({ reason }) => reason));
  if (reasons.size > 0) {
    output.say(t('app.leavesOut', { reasons: [...reasons].map((reason) => t(`app.exclude.${reason}`)).join(', ') }));
  }
  for (const remark of TEMPLATES[kind].remarks) {
    output.say(t('app.afterRestore', { text: t(`app.restoreRemark.${remark}`) }));
  }
  output.say('');
}

function warningSentence({ code, path: place, detail = '' }: DiscoveryWarning, { t }: Texts): string {
  return t(`app.warning.${code}`, { detail: shownText(detail), file: place === undefined ? '' : shownName(place) });
}

function findingSentence({ code }: DiscoveryFinding, { t }: Texts): string {
  return t(`app.finding.${code}`);
}

function databaseText({ engine, address, database, user }: DiscoveredDatabase, unknown: string): string {
  const login = user === undefined ? '' : `${shownText(user)}@`;
  return `${engine} ${login}${addressText(address)}${database === undefined ? ` (${unknown})` : `/${shownText(database)}`}`;
}

function addressText(address: DiscoveredDatabase['address']): string {
  switch (address.kind) {
    case 'socket':
      return address.path === undefined ? 'socket' : shownName(address.path);
    case 'tcp':
      return `${shownText(address.host)}:${address.port}`;
    case 'file':
      return shownName(address.path);
    case 'container':
      return `${shownText(address.projectName)}/${shownText(address.service)}`;
    case 'unknown':
      return '?';
    default:
      return assertNever(address);
  }
}

/** Everything but secrets, with names as text. */
function applicationJson(application: DiscoveredApplication, texts: Texts): object {
  const { kind, name, root, version, confidence, url, components, buckets, redis, volumes, services, warnings } =
    application;
  return {
    kind,
    name,
    root: textOf(root),
    version,
    confidence,
    url,
    files: {
      template: components.files.template,
      paths: components.files.paths.map(textOf),
      excludes: components.files.excludes.map((exclude) => excludeJson(exclude, texts)),
      required: components.files.required,
    },
    databases: components.databases.map(
      ({ engine, address, database, user, tablePrefix, source, group, unresolved }) => ({
        engine,
        address: addressJson(address),
        database,
        user,
        tablePrefix,
        source: { path: textOf(source.path), line: source.line },
        group,
        unresolved,
      }),
    ),
    buckets: buckets.map(({ name: bucket, endpoint, region }) => ({ name: bucket, endpoint, region })),
    redis: redis.map(({ address, use }) => ({ address: addressJson(address), use })),
    volumes,
    services,
    warnings: warnings.map((warning) => ({ ...placed(warning), message: warningSentence(warning, texts) })),
    remarks: TEMPLATES[kind].remarks.map((code) => ({ code, message: texts.t(`app.restoreRemark.${code}`) })),
  };
}

function excludeJson({ pattern, reason, confirm }: FileExclude, { t }: Texts): object {
  const message = t(`app.exclude.${reason}`);
  const doubt = confirm === undefined ? {} : { confirm, confirm_message: t(`app.confirm.${confirm}`) };
  return { pattern: textOf(pattern), reason, message, ...doubt };
}

function findingJson(finding: DiscoveryFinding, texts: Texts): object {
  return { ...placed(finding), errno: finding.errno, message: findingSentence(finding, texts) };
}

function addressJson(address: DiscoveredDatabase['address']): object {
  switch (address.kind) {
    case 'socket':
      return { kind: 'socket', path: address.path === undefined ? undefined : textOf(address.path) };
    case 'file':
      return { kind: 'file', path: textOf(address.path) };
    case 'container':
      return { ...address, project: textOf(address.project) };
    case 'tcp':
    case 'unknown':
      return address;
    default:
      return assertNever(address);
  }
}

function placed(remark: { readonly code: string; readonly path?: ByteString; readonly detail?: string }): object {
  const { code, path: place, detail } = remark;
  return { code, path: place === undefined ? undefined : textOf(place), detail };
}
