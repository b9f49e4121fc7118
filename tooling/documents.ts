// Checks the documents: links and references lead somewhere, every page is reached, decisions, changelog and glossary
// keep their form, commands exist.
import path from 'node:path';
import { judgeDocuments } from './document-rules.ts';
import { report } from './findings.ts';
import { readRepositoryFiles } from './repository-files.ts';

const files = readRepositoryFiles(path.dirname(import.meta.dirname));
const pages = files.filter((file) => file.path.endsWith('.md'));
report(judgeDocuments({ files }), pages.length, 'documents');
