/** @file Which files Node loads as CommonJS. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const MODULE = /^\s*(?:import\b(?!\s*[(.])|export\b)/m;
const COMMON = /\b(?:module\.exports|exports\.\w+\s*=|require\s*\(|exports\[)/;
const known = new Map();

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
  if (/\.(?:c?ts)$/.test(file)) return request.common;
  if (!/\.js$/.test(file) || packageType(path.dirname(file), request.tree) === 'module') return false;
  const text = read(file);
  return COMMON.test(text) || !MODULE.test(text);
}

module.exports = { commonJs, packageType };
