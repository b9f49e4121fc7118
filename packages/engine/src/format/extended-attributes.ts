import { bytesOfBase64 } from './base64.ts';
import { goJsonString } from './go-json.ts';
import { treeInvalid } from './tree-scanner.ts';

export interface ExtendedAttribute {
  readonly name: string;
  readonly value: Buffer;
  /** The value was written as `null`, as very old clients wrote an empty one; it is written so again. */
  readonly isNull?: true;
}

/** The list as Go writes it. */
export function extendedAttributesJson(attributes: readonly ExtendedAttribute[]): string {
  const written = attributes.map(({ name, value, isNull }) => {
    const valueJson = isNull === true ? 'null' : `"${value.toString('base64')}"`;
    return `{"name":${goJsonString(name)},"value":${valueJson}}`;
  });
  return `[${written.join(',')}]`;
}

/** Reads lists of extended attributes. Where a security module labels files, every node has one, and mostly the same:
 *  the last list is remembered by its text. */
export class ExtendedAttributesReader {
  #lastJson = '';
  #last: readonly ExtendedAttribute[] = [];

  /** @param at place of the node, for the error @throws LumbungError TREE_INVALID (corruption) */
  read(json: string, at: number): readonly ExtendedAttribute[] {
    if (json !== this.#lastJson) {
      this.#last = parse(json, at);
      this.#lastJson = json;
    }
    return this.#last;
  }
}

function parse(json: string, at: number): readonly ExtendedAttribute[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch (cause) {
    throw treeInvalid('extended attributes are no JSON', at, cause);
  }
  if (!Array.isArray(list)) throw treeInvalid('extended attributes are no list', at);
  return list.map((item: unknown) => attributeOf(item, at));
}

function attributeOf(item: unknown, at: number): ExtendedAttribute {
  if (typeof item !== 'object' || item === null) throw treeInvalid('an extended attribute is no object', at);
  const name = 'name' in item ? item.name : '';
  const value = 'value' in item ? item.value : null;
  if (typeof name !== 'string') throw treeInvalid('the name of an extended attribute is not text', at);
  if (value === null) return { name: name.toWellFormed(), value: Buffer.alloc(0), isNull: true };
  const bytes = typeof value === 'string' ? bytesOfBase64(value) : undefined;
  if (bytes === undefined) throw treeInvalid('the value of an extended attribute is not base64', at);
  return { name: name.toWellFormed(), value: bytes };
}
