import type { RemarkTexts } from '../../remarks.ts';

/** What is wrong with a stored or a restored database. */
export const enResultRemarks = {
  'file-missing': { message: 'a file of the backup is missing' },
  'file-unknown': { message: 'a file that the manifest does not know' },
  'file-length-differs': { message: 'the file has {{found}} bytes, the manifest says {{expected}}' },
  'file-too-long': { message: 'the file has more bytes than the {{expected}} of the manifest' },
  'file-content-differs': { message: 'the file is not what was backed up' },
  'rows-differ': { message: 'rows: {{found}}, where {{expected}} were backed up' },
  'rows-cut': { message: 'rows: {{found}} and a part of one, where {{expected}} were backed up' },
  'row-sum-differs': { message: 'other rows than were backed up (sum {{found}}, not {{expected}})' },
  'values-differ': { message: 'other values than were backed up' },
  'table-absent': { message: 'the table is not there' },
  'definition-absent': { message: 'its rows are in the backup, but not its definition' },
  'rows-absent': { message: 'its definition is in the backup, but not its rows' },
  'kind-count-differs': {
    message: 'objects of the kind {{kind}} ({{name}}): {{found}}, where {{expected}} were backed up',
  },

  'index-invalid': { message: 'the index {{index}} is not valid' },
  'constraint-unchecked': { message: 'the constraint {{constraint}} was not checked' },
  'view-unfilled': { message: 'the materialized view {{view}} is not filled' },
  'view-not-filled': { message: 'the materialized view could not be filled (the server says “{{reason}}”)' },
  'sequence-moved': { message: 'the sequence {{sequence}} is not where it was' },
  'analyze-failed': { message: 'statistics could not be made (the server says “{{reason}}”)' },
  'database-rights-refused': { message: 'the server refuses rights on the database ({{state}})' },
  'database-setting-refused': { message: 'the server refuses the setting {{setting}} of the database ({{state}})' },
  'database-limit-refused': { message: 'the server refuses the limit of connections ({{state}})' },

  'collation-differs': { message: 'the collation is {{found}}, the backup says {{expected}}' },
  'objects-missing': { message: 'missing: {{objects}}' },
  'objects-unexpected': { message: 'not in the backup: {{objects}}' },
  'object-not-one-statement': { message: '{{kind}} {{name}} is made by {{count}} statements instead of one' },
  'row-no-tuple': { message: 'a row makes no sense' },

  'keys-differ': { message: 'keys: {{found}}, where {{expected}} were backed up' },
  'keys-unknown': { message: 'keys that the manifest does not know: {{found}}' },
  'functions-differ': { message: 'the functions are not those that were backed up' },

  'content-problem': { message: 'SQLite says of the file: “{{problem}}”' },
  'definitions-differ': { message: 'the definitions are not those that were backed up' },
  'pages-differ': { message: 'the file has {{found}} bytes, its header says {{pages}} pages of {{page}}' },

  'question-refused': { message: 'the server does not take the question: “{{reason}}”' },
  'answer-of-many': { message: 'the answer is not one value: rows {{rows}}, columns {{columns}}' },
  'server-dump-by-hand': { message: 'roles and settings of a server are restored by hand' },
} as const satisfies RemarkTexts;
