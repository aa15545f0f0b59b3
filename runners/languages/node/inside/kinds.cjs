/** @file Which files Node loads as CommonJS. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const MODULE = /^\s*(?:import\b(?!\s*[(.])|export\b)/m;
const COMMON = /\b(?:module\.exports|exports\.\w+\s*=|require\s*\(|exports\[)/;
const OLD_TYPES = /^\s*(?:export\s*=|import\s+\w+\s*=\s*require\()/m;
const known = new Map();
let oldTypes;

/** "type" of the nearest package.json. */
function packageType(folder, top) {
  for (let at = folder; at.startsWith(top); at = path.dirname(at)) {
    if (known.has(at)) return known.get(at);
    try {
      const { type } = JSON.parse(fs.readFileSync(path.join(at, 'package.json'), 'utf8'));
      known.set(folder, type ?? 'commonjs');
      return type ?? 'commonjs';
    } catch {
      // The next one up decides.
    }
  }
  return 'commonjs';
}

/** Whether the project's TypeScript says `export =`, which no ES module can. */
function hasOldTypes(request) {
  oldTypes ??= request.files.some((file) => /\.c?ts$/.test(file) && OLD_TYPES.test(read(path.join(request.tree, file))));
  return oldTypes;
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a file of the tree is CommonJS: by its ending, its package, and what it says. */
function commonJs(file, request) {
  if (/\.cjs$/.test(file)) return true;
  if (/\.(?:c?ts)$/.test(file)) return hasOldTypes(request);
  if (!/\.js$/.test(file) || packageType(path.dirname(file), request.tree) === 'module') return false;
  const text = read(file);
  return COMMON.test(text) || !MODULE.test(text);
}

module.exports = { commonJs, packageType };
