/** @file The counters of the measured files in this process, and what was counted in words that the host reads: lines and branches. */
'use strict';

const path = require('node:path');
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const counting = require('./instrument.cjs');
const { transpile } = require('./transpile.cjs');

const VARIABLE = '__testwright_coverage__';
const request = JSON.parse(readFileSync(process.env.TESTWRIGHT_REQUEST, 'utf8'));
const wanted = new Set(request.files.map((file) => path.join(request.tree, file)));
const tools = path.join(request.tools, 'node_modules');
const readers = { arcs: counting.arcs, lines: counting.lines };

/** Whether a file is measured. */
const measured = (file) => wanted.has(file);

/** Whether a file is one of the project's own. */
const own = (file) => file.startsWith(`${request.tree}/`) && !file.includes('/node_modules/');

/** Its path as the host calls it. */
const relative = (file) => path.relative(request.tree, file).split(path.sep).join('/');

/** A file with counters, as an ES module without types. What cannot be parsed stays as it is: whoever runs it will say what is wrong. */
function module_(text, file) {
  return counting.instrument(text, file, { tools, emit: 'esm', esModules: true, variable: VARIABLE }).code;
}

/** The same for Node's own loader. */
function native(text, file, format = '') {
  const esm = /module/.test(format) || /\.mjs$/.test(file);
  const emit = esm ? 'esm' : 'cjs';
  try {
    if (!measured(file)) return { source: kept(`${emit} ${text}`, () => transpile(text, file, { tools, emit })), format };
    const make = () => counting.instrument(text, file, { tools, emit, esModules: esm, variable: VARIABLE }).code;
    return { source: kept(`${emit} ${file} ${text}`, make), format: format ? format.replace('-typescript', '') : format };
  } catch {
    return { source: text };
  }
}

/** Some runners start a process for every file: what one of them made out of a source is made once for all. */
function kept(key, make) {
  if (!request.dump) return make(); // tests that are judged get nothing from other processes
  const folder = path.join(path.dirname(request.results), 'counted');
  const place = path.join(folder, createHash('sha256').update(key).digest('hex'));
  try {
    return readFileSync(place, 'utf8');
  } catch {
    const made = make();
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${place}.${process.pid}`, made);
      renameSync(`${place}.${process.pid}`, place);
    } catch {
      // It is made again by the next one.
    }
    return made;
  }
}

/** Lines and branches of every measured file that was loaded here, with how often they ran. */
function hits() {
  const found = {};
  for (const [file, counts] of Object.entries(globalThis[VARIABLE] ?? {})) {
    found[relative(file)] = { lines: readers.lines(counts), arcs: readers.arcs(counts) };
  }
  return found;
}

/** What ran since `before`: file → lines and branches. */
function since(before) {
  const found = {};
  for (const [file, now] of Object.entries(hits())) {
    const old = before[file] ?? { lines: [], arcs: [] };
    const lines = now.lines.filter(([, times], i) => times > (old.lines[i]?.[1] ?? 0)).map(([line]) => line);
    const arcs = now.arcs.filter(([, , times], i) => times > (old.arcs[i]?.[2] ?? 0)).map(([line, n]) => [line, n]);
    if (lines.length || arcs.length) found[file] = { lines, arcs };
  }
  return found;
}

/** Everything that counts in a text, nothing of it covered. */
function counted(text, file) {
  const { coverage } = counting.instrument(text, file, { tools, emit: 'source' });
  return { lines: counting.lines(coverage).map(([line]) => line), arcs: counting.arcs(coverage).map(([line, n]) => [line, n]) };
}

module.exports = { VARIABLE, measured, own, relative, module: module_, native, hits, since, counted };
