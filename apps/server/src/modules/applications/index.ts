export {
  defineAsset,
  findAsset,
  insertApplication,
  insertAsset,
  listApplications,
  listAssets,
} from './applications.store.ts';
export { type AssetDefinition, parseAssetDefinition } from './asset-definition.ts';
export { applicationOf, assetOf } from './asset-records.ts';
