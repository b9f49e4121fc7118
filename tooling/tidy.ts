// Reads every file of the repository and refuses what no other tool looks for: notes to oneself, paths of one machine,
// tests switched off, names that say nothing, lines and files nobody reads.
import path from 'node:path';
import { report } from './findings.ts';
import { readRepositoryFiles } from './repository-files.ts';
import { findUntidiness } from './tidy-rules.ts';

const files = readRepositoryFiles(path.dirname(import.meta.dirname));
report(findUntidiness(files), files.length, 'files');
