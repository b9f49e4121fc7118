// The entry of the process that does one run: see run-child.ts.
import process from 'node:process';
import { RunChild } from './run-child.ts';

new RunChild(process).listen();
