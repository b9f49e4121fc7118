import type { RemarkSpecs } from './value-kinds.ts';

/** What is wrong with a stored tree, or with a restored database; and why a drill cannot tell. */
export const RESULT_REMARKS = {
  'file-missing': {},
  'file-unknown': {},
  'file-length-differs': { found: 'count', expected: 'count' },
  'file-too-long': { expected: 'count' },
  'file-content-differs': {},
  'rows-differ': { found: 'count', expected: 'count' },
  'rows-cut': { found: 'count', expected: 'count' },
  'row-sum-differs': { found: 'name', expected: 'name' },
  'values-differ': {},
  'table-absent': {},
  'definition-absent': {},
  'rows-absent': {},
  'kind-count-differs': { kind: 'kind', name: 'name', found: 'count', expected: 'count' },

  'index-invalid': { index: 'name' },
  'constraint-unchecked': { constraint: 'name' },
  'view-unfilled': { view: 'name' },
  'view-not-filled': { reason: 'name' },
  'sequence-moved': { sequence: 'name' },
  'analyze-failed': { reason: 'name' },
  'database-rights-refused': { state: 'name' },
  'database-setting-refused': { setting: 'name', state: 'name' },
  'database-limit-refused': { state: 'name' },

  'collation-differs': { found: 'name', expected: 'name' },
  'objects-missing': { objects: 'objects' },
  'objects-unexpected': { objects: 'objects' },
  'object-not-one-statement': { kind: 'kind', name: 'name', count: 'count' },
  'row-no-tuple': {},

  'keys-differ': { found: 'count', expected: 'count' },
  'keys-unknown': { found: 'count' },
  'functions-differ': {},

  'content-problem': { problem: 'name' },
  'definitions-differ': {},
  'pages-differ': { found: 'count', pages: 'count', page: 'count' },

  'server-dump-by-hand': {},
  'question-refused': { reason: 'name' },
  'answer-of-many': { rows: 'count', columns: 'count' },
} as const satisfies RemarkSpecs;
