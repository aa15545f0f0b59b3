/** @file `node main.mjs request.json`: explore one file. This process never loads the code under test; it starts and watches those that do. */
import fs from 'node:fs';
import path from 'node:path';
import { Exploration } from './parent.cjs';

const request = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
await new Exploration(request, path.resolve('.')).run();
