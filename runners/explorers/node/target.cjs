/** @file The target in one process: compiled, loaded, with names for what it exports and the places that its bytes count. */
'use strict';

const fs = require('node:fs');
const { runtime } = require('./runtime.cjs');
const { compile } = require('./probe.cjs');
const { Loader } = require('./loader.cjs');
const { Names } = require('./names.cjs');
const { Executor } = require('./execute.cjs');

const ESM = /^\s*(?:import\b(?!\s*\()|export\b)/m;

/** Statement and arm places of bytes, as a test's judge counts them. */
class Places {
  constructor(compiled) {
    const { coverage, statements, ordered } = compiled;
    this.coverage = coverage;
    this.size = statements.length + ordered.length;
    this.lineOf = [...statements.map((id) => coverage.statementMap[id].start.line), ...ordered.map(([line]) => line)];
    this.arcOf = [...statements.map(() => null), ...ordered.map(([line, n]) => [line, n])];
    this.statements = statements.length;
    /** Byte of an arm → bytes of all arms of its branch point. */
    this.siblings = new Map();
    const groups = new Map();
    ordered.forEach(([, , id], index) => groups.set(id, [...(groups.get(id) ?? []), statements.length + index]));
    ordered.forEach(([, , id], index) => this.siblings.set(statements.length + index, groups.get(id)));
    /** Lines between which the branch point of an arm stands. */
    this.span = new Map(ordered.map(([, , id], index) => [statements.length + index, this.test(coverage.branchMap[id])]));
    this.armOf = new Map(ordered.map(([, , id, arm], index) => [statements.length + index, { point: coverage.branchMap[id], arm }]));
  }

  /** The lines on which what decides a branch is written. */
  test(point) {
    const first = point.loc.start.line;
    const arm = point.locations[0]?.start?.line ?? point.loc.end.line;
    return [first, point.type === 'if' ? Math.max(first, arm) : point.loc.end.line];
  }

  /** The bytes that stand for these lines and arcs. */
  bytes(lines, arcs) {
    const known = new Set([...lines, ...arcs].map(String));
    return Uint8Array.from({ length: this.size }, (_, byte) => Number(known.has(String(this.arcOf[byte] ?? this.lineOf[byte]))));
  }

  /** [lines, arcs] that bytes stand for. */
  named(hits) {
    const lines = new Set();
    const arcs = [];
    for (let byte = 0; byte < this.size; byte++) {
      if (!hits[byte]) continue;
      if (byte < this.statements) lines.add(this.lineOf[byte]);
      else arcs.push(this.arcOf[byte]);
    }
    return [[...lines].sort((a, b) => a - b), arcs];
  }
}

/** Loads the target and can make everything afresh. */
class Target {
  /** @param {object} request */
  constructor(request) {
    this.request = request;
    globalThis.__tw = runtime;
    Object.defineProperty(globalThis, '__tw', { enumerable: false, writable: false, configurable: false });
    this.source = fs.readFileSync(request.file, 'utf8');
    this.script = !/\.[cm]?tsx?$|\.mjs$/.test(request.file) && !ESM.test(this.source);
    this.loader = new Loader(request, (source, filename) => {
      const compiled = (this.compiled = compile(source, filename, { tools: request.tools, compiler: this.loader?.compiler }));
      this.count(compiled);
      return compiled.code;
    });
    if (request.compiled) this.count(request.compiled.counted);
  }

  count(compiled) {
    this.places = new Places(compiled);
    runtime.h = new Uint8Array(this.places.size);
  }

  /** What another process needs so that it does not compile again. */
  get known() {
    const { coverage, statements, ordered } = this.compiled;
    return { compiler: this.loader.compiler, texts: [...this.loader.texts], counted: { coverage, statements, ordered } };
  }

  async load(again = false) {
    runtime.h.fill(0);
    this.exported = await this.loader.load(again);
    this.imported = runtime.h.slice();
    if (this.names) this.names.exported = this.exported;
    else {
      const whole = this.script || typeof this.exported === 'function' || !this.exported?.__esModule;
      this.names = new Names(this.request, this.exported ?? {}, whole);
    }
    return this.exported;
  }

  executor() {
    const executor = new Executor((path) => this.names.resolve(path, this.exported), (node) => (node.k === 'ref' ? this.names.owner(node.path, this.exported) : undefined));
    return executor;
  }
}

module.exports = { Target };
