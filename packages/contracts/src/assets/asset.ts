/** What is backed up in its own way: a database, or the files of an application (code, uploads, configuration). */
export const ASSET_KINDS = ['database', 'files'] as const;
export type AssetKind = (typeof ASSET_KINDS)[number];

/** `trial` is protected and counted like `active`; `retired` is not, and its copies are held until a person decides. */
export const ASSET_STATES = ['trial', 'active', 'retired'] as const;
export type AssetState = (typeof ASSET_STATES)[number];
