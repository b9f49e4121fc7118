import type { PhraseCatalogue } from '../texts.ts';

/** Sebab-sebab yang disebut mesin dalam bahasa Inggris, menurut kalimat aslinya. */
export const idPhrases: PhraseCatalogue = {
  'parameters are not whole numbers': 'parameternya bukan bilangan bulat',
  'N is not a power of two': 'N bukan pangkat dua',
  'r and p are out of range': 'r dan p di luar batas',
  'the parameters are too large': 'parameternya terlalu besar',
  'the salt is not 64 bytes long': 'panjang garamnya bukan 64 bita',
  'it is too short': 'terlalu pendek',
  'its initialisation vector is all zero': 'vektor awalnya nol semua',
  'its tag does not fit': 'tandanya tidak cocok',
  'it is empty': 'kosong',
  'a class or an escape has no end': 'ada kurung siku atau garis miring terbalik yang tidak ditutup',
  'it is empty or holds a NUL': 'kosong atau memuat NUL',
  'the folder is missing': 'foldernya tidak disebut',
  'there is no kind of storage called {{scheme}}': 'tidak ada jenis penyimpanan bernama {{scheme}}',
  'it was made without a lock': 'dibuat tanpa penguncian',
  'its lock was released since': 'pengunciannya sudah dilepas',
  'it counts snapshots as gone that are still there': 'menganggap hilang snapshot yang masih ada',
  includes: '--include',
  excludes: '--exclude',
  'xattr includes': '--include-xattr',
  'xattr excludes': '--exclude-xattr',
};
