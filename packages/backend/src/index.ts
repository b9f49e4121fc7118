export type {
  Backend,
  BackendProperties,
  ByteRange,
  CallOptions,
  FileHandle,
  FileInfo,
  Layout,
} from './backend.ts';
