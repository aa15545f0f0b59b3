/**
 * @file Loaded first in every Node process of a run: counts what runs of the measured files that Node loads by itself, stands in for
 * other test runners, and keeps tests away from standard input. It says nothing and changes nothing else.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { registerHooks } = require('node:module');
const { fileURLToPath } = require('node:url');
const { isMainThread, threadId } = require('node:worker_threads');

const { appendFileSync, writeFileSync } = fs;
const request = JSON.parse(fs.readFileSync(process.env.TESTWRIGHT_REQUEST, 'utf8'));
const counters = require('./counters.cjs');
const { commonJs } = require('./kinds.cjs');

globalThis[Symbol.for('testwright.request')] = request;
globalThis[Symbol.for('testwright.write')] = appendFileSync;

if (request.quiet && isMainThread && process.send) {
  // A worker's standard input is a pipe that never ends: who reads it would wait for ever.
  try {
    fs.closeSync(0);
    fs.openSync('/dev/null', 'r');
  } catch {
    // It reads what it has.
  }
}

const SHIMS = new Set(request.shims);
const named = (specifier) => SHIMS.has(specifier);

/** The TypeScript file that an import means which names none. */
function typed(specifier, parent) {
  const plain = specifier.replace(/\.[cm]?jsx?$/, '');
  const tries = ['.ts', '.tsx', '.cts', '.mts', '.js', '/index.ts', '/index.tsx', '/index.js'].map((end) => new URL(plain + end, parent));
  return tries.find((url) => fs.existsSync(url))?.href ?? '';
}

registerHooks({
  resolve(specifier, context, next) {
    if (named(specifier)) return { url: `testwright:${specifier}`, format: 'commonjs', shortCircuit: true };
    try {
      return next(specifier, context);
    } catch (error) {
      const found = /^\.{1,2}\//.test(specifier) && context.parentURL?.startsWith('file:') ? typed(specifier, context.parentURL) : '';
      if (!found) throw error;
      // What is required is found by paths; an address is taken as it is.
      return context.conditions?.includes('require') ? { url: found, shortCircuit: true } : next(found, context);
    }
  },
  load(url, context, next) {
    if (url.startsWith('testwright:')) {
      const name = JSON.stringify(url.slice('testwright:'.length));
      return { format: 'commonjs', source: `module.exports = globalThis[Symbol.for('testwright.shims')][${name}];`, shortCircuit: true };
    }
    const file = url.startsWith('file:') ? fileURLToPath(url.split('?')[0]) : '';
    if (/\.c?tsx?$/.test(file) && counters.own(file) && commonJs(file, request)) {
      const text = fs.readFileSync(file, 'utf8');
      return { ...counters.native(text, file, 'commonjs'), shortCircuit: true };
    }
    if (!counters.measured(file) || !/\.[cm]?[jt]sx?$/.test(file)) return next(url, context);
    const loaded = next(url, context);
    const text = loaded.source?.toString();
    return text === undefined ? loaded : { ...loaded, ...counters.native(text, file, loaded.format) };
  },
});

if (request.dump) {
  const file = path.join(request.results, `hits-${process.pid}-${threadId}.json`);
  const dump = () => {
    try {
      const said = JSON.stringify(counters.hits());
      if (said !== '{}') writeFileSync(file, said);
    } catch {
      // The folder is gone, or the process may not write any more.
    }
  };
  process.on('exit', dump);
  // Of a process that is killed, what it had done a second ago is known.
  setInterval(dump, 1000).unref();
}
