import {
  COMMAND_GROUPS,
  type CommandFamily,
  type CommandNode,
  type CommandSpec,
  type OptionSpec,
} from '../command-spec.ts';
import { EXIT } from '../exit-codes.ts';
import type { Paint } from '../paint.ts';
import { displayWidth, wrap } from '../text-width.ts';
import type { Texts } from '../texts/texts.ts';

export interface HelpStyle {
  readonly columns: number;
  readonly paint: Paint;
  /** Nobody asked for help, so that what it takes to begin is enough: no options of every command. */
  readonly isShort: boolean;
}

const INDENT = '  ';
const COLUMNS_ROOMY = 100;
const COLUMNS_NARROW = 60;
const COLUMNS_MIN = 40;
const COLUMNS_MAX = 110;

/** Builds help page by page: every word comes from the catalogue. */
export class HelpText {
  readonly #texts: Texts;
  readonly #columns: number;
  readonly #paint: Paint;
  readonly #isShort: boolean;

  constructor(texts: Texts, style: HelpStyle) {
    this.#texts = texts;
    this.#columns = Math.max(COLUMNS_MIN, Math.min(style.columns, COLUMNS_MAX));
    this.#paint = style.paint;
    this.#isShort = style.isShort;
  }

  program(nodes: readonly CommandNode[], globals: readonly OptionSpec[], version: string): string {
    const { t } = this.#texts;
    const termWidth = Math.max(...nodes.map(({ name }) => displayWidth(name)));
    const groups = COMMAND_GROUPS.map((group) =>
      this.#section(
        t(`group.${group}`),
        nodes.filter((node) => node.group === group).map((node) => [node.name, t(node.summary)]),
        termWidth,
      ),
    );
    const head = [this.#usage(`lumbung ${t('usage.command')}`), this.#paragraph(t('program.summary')), ...groups];
    if (this.#isShort) return this.#page([...head, this.#paragraph(t('program.begin', { version }))]);
    return this.#page([
      ...head,
      this.#options(t('title.globalOptions'), globals),
      this.#section(t('title.environment'), [
        ['LUMBUNG_REPOSITORY', t('environment.repository')],
        ['LUMBUNG_PASSWORD', t('environment.password')],
        ['LUMBUNG_PASSWORD_FILE', t('environment.passwordFile')],
        ['LUMBUNG_LANG', t('environment.lang')],
      ]),
      this.#paragraph(t('environment.restic')),
      this.#paragraph(t('program.footer', { version })),
    ]);
  }

  family(path: string, family: CommandFamily): string {
    const { t } = this.#texts;
    return this.#page([
      this.#usage(`${path} ${t('usage.command')}`),
      this.#paragraph(t(family.summary)),
      this.#section(
        t('title.commands'),
        family.members.map((node) => [node.name, t(node.summary)]),
      ),
      this.#paragraph(t('usage.more', { command: path })),
    ]);
  }

  command(path: string, spec: CommandSpec): string {
    const { t } = this.#texts;
    const args = spec.args === undefined ? '' : ` ${this.#translated(spec.args)}`;
    const options = spec.options.length === 0 ? '' : ` ${t('usage.options')}`;
    return this.#page([
      this.#usage(`${path}${options}${args}`),
      this.#paragraph(t(spec.summary)),
      spec.about === undefined ? '' : this.#paragraph(t(spec.about)),
      this.#options(t('title.options'), spec.options),
      this.#examples(spec.examples),
      this.#exitCodes(spec),
      this.#paragraph(t('usage.globalOptions')),
    ]);
  }

  #exitCodes(spec: CommandSpec): string {
    const { t } = this.#texts;
    const notes = [...(spec.exitNotes ?? [])];
    if (spec.usesRepository) {
      notes.push(
        { code: EXIT.noRepository, text: 'exit.noRepository' },
        { code: EXIT.locked, text: 'exit.locked' },
        { code: EXIT.wrongPassword, text: 'exit.wrongPassword' },
      );
    }
    if (notes.length === 0) return '';
    return this.#section(
      t('title.exitCodes'),
      [
        { code: EXIT.ok, text: 'exit.ok' as const },
        { code: EXIT.failed, text: 'exit.failed' as const },
        ...notes,
        { code: EXIT.interrupted, text: 'exit.interrupted' as const },
      ].map(({ code, text }) => [String(code), t(text)]),
    );
  }

  #options(title: string, options: readonly OptionSpec[]): string {
    const { t } = this.#texts;
    return this.#section(
      title,
      options
        .filter(({ isHidden }) => isHidden !== true)
        .map(({ flags, text, isRepeatable }) => [
          this.#translated(flags.startsWith('--') ? `    ${flags}` : flags),
          isRepeatable === true ? `${t(text)} ${t('help.repeatable')}` : t(text),
        ]),
    );
  }

  #examples(examples: readonly string[]): string {
    if (examples.length === 0) return '';
    return [
      this.#heading(this.#texts.t('title.examples')),
      ...examples.map((line) => `${INDENT}${this.#paint.quiet('$')} lumbung ${line}`),
    ].join('\n');
  }

  #usage(text: string): string {
    return `${this.#heading(this.#texts.t('title.usage'))} ${text}`;
  }

  /** `<folder>` and `[paths...]` in the user's language. */
  #translated(text: string): string {
    return text.replace(/(?<=[<[])[a-z=-]+/g, (word) => this.#texts.value(word));
  }

  /** Terms and what they mean, in two columns. @param wantedWidth of the terms; default: what the widest needs */
  #section(title: string, rows: readonly (readonly [string, string])[], wantedWidth?: number): string {
    if (rows.length === 0) return '';
    const widest = wantedWidth ?? Math.max(...rows.map(([term]) => displayWidth(term)));
    const termWidth = Math.min(termWidthMax(this.#columns), widest);
    const textWidth = this.#columns - INDENT.length - termWidth - 2;
    const lines = rows.flatMap(([term, text]) => {
      const [first = '', ...rest] = wrap(text, textWidth);
      const isLong = displayWidth(term) > termWidth;
      const blank = `${INDENT}${' '.repeat(termWidth)}  `;
      const name = `${INDENT}${this.#paint.accent(term)}`;
      return [
        ...(isLong ? [name, `${blank}${first}`] : [`${name}${' '.repeat(termWidth - displayWidth(term))}  ${first}`]),
        ...rest.map((line) => `${blank}${line}`),
      ];
    });
    return [this.#heading(title), ...lines].join('\n');
  }

  #paragraph(text: string): string {
    return wrap(text, this.#columns).join('\n');
  }

  #heading(text: string): string {
    return this.#paint.heading(`${text}:`);
  }

  #page(parts: readonly string[]): string {
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  }
}

/** Texts beside terms must not get too narrow: longer terms stand on a line of their own. */
function termWidthMax(columns: number): number {
  if (columns < COLUMNS_NARROW) return 10;
  return columns < COLUMNS_ROOMY ? 30 : 40;
}
