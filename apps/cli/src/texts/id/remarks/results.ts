import type { RemarkTexts } from '../../remarks.ts';

/** Yang keliru pada basis data tersimpan atau hasil pemulihan. */
export const idResultRemarks = {
  'file-missing': { message: 'satu berkas cadangan tidak ada' },
  'file-unknown': { message: 'satu berkas tidak dikenal manifes' },
  'file-length-differs': { message: 'panjang berkas {{found}} bita, menurut manifes {{expected}}' },
  'file-too-long': { message: 'berkasnya lebih panjang daripada {{expected}} bita menurut manifes' },
  'file-content-differs': { message: 'isi berkas bukan yang dicadangkan' },
  'rows-differ': { message: 'baris: {{found}}, padahal yang dicadangkan {{expected}}' },
  'rows-cut': { message: 'baris: {{found}} dan sebagian baris lagi, padahal yang dicadangkan {{expected}}' },
  'row-sum-differs': { message: 'barisnya bukan yang dicadangkan (jumlah sidik {{found}}, bukan {{expected}})' },
  'values-differ': { message: 'nilainya bukan yang dicadangkan' },
  'table-absent': { message: 'tabelnya tidak ada' },
  'definition-absent': { message: 'barisnya ada di dalam cadangan, tetapi definisinya tidak' },
  'rows-absent': { message: 'definisinya ada di dalam cadangan, tetapi barisnya tidak' },
  'kind-count-differs': {
    message: 'objek jenis {{kind}} ({{name}}): {{found}}, padahal yang dicadangkan {{expected}}',
  },

  'index-invalid': { message: 'indeks {{index}} tidak sah' },
  'constraint-unchecked': { message: 'batasan {{constraint}} belum diperiksa' },
  'view-unfilled': { message: 'view termaterialisasi {{view}} belum terisi' },
  'view-not-filled': { message: 'view termaterialisasi itu tidak dapat diisi (pesan server “{{reason}}”)' },
  'sequence-moved': { message: 'posisi sequence {{sequence}} bukan posisi semula' },
  'analyze-failed': { message: 'statistik tidak dapat dibuat (pesan server “{{reason}}”)' },
  'database-rights-refused': { message: 'server menolak hak atas basis data itu ({{state}})' },
  'database-setting-refused': { message: 'server menolak pengaturan {{setting}} basis data itu ({{state}})' },
  'database-limit-refused': { message: 'server menolak batas jumlah sambungan ({{state}})' },

  'collation-differs': { message: 'kolasinya {{found}}, menurut cadangan {{expected}}' },
  'objects-missing': { message: 'tidak ada: {{objects}}' },
  'objects-unexpected': { message: 'tidak ada di dalam cadangan: {{objects}}' },
  'object-not-one-statement': { message: '{{kind}} {{name}} dibuat oleh {{count}} perintah, bukan satu' },
  'row-no-tuple': { message: 'satu barisnya tidak masuk akal' },

  'keys-differ': { message: 'kunci: {{found}}, padahal yang dicadangkan {{expected}}' },
  'keys-unknown': { message: 'kunci yang tidak dikenal manifes: {{found}}' },
  'functions-differ': { message: 'fungsinya bukan yang dicadangkan' },

  'content-problem': { message: 'kata SQLite tentang berkasnya: “{{problem}}”' },
  'definitions-differ': { message: 'definisinya bukan yang dicadangkan' },
  'pages-differ': { message: 'panjang berkas {{found}} bita, menurut kepalanya {{pages}} halaman dari {{page}} bita' },

  'question-refused': { message: 'server tidak menerima pertanyaannya: “{{reason}}”' },
  'answer-of-many': { message: 'jawabannya bukan satu nilai: baris {{rows}}, kolom {{columns}}' },
  'server-dump-by-hand': { message: 'role dan pengaturan server dipulihkan dengan tangan' },
} as const satisfies RemarkTexts;
