#!/usr/bin/env node
// `lumbung`: starts the command line under a Node that is new enough.
import path from 'node:path';
import { launch, ROOT } from './node24.mjs';

await launch(path.join(ROOT, 'apps', 'cli', 'src', 'main.ts'), process.argv.slice(2));
