#!/usr/bin/env node
// `lumbung`: starts the service or the command line under a Node that is new enough.
import path from 'node:path';
import { launch, ROOT } from './node24.mjs';

/** Acts of the service itself; everything else is the command line's. */
const SERVICE_COMMANDS = ['serve'];

const [command = ''] = process.argv.slice(2);
const app = SERVICE_COMMANDS.includes(command) ? 'server' : 'cli';
await launch(path.join(ROOT, 'apps', app, 'src', 'main.ts'), process.argv.slice(2));
