/** @file Runs chosen cases in a process of its own and writes down what a test can state of each. */
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const { join } = require('node:path');
const { print, walk } = require('./values.cjs');
const { load, trees } = require('./cases.cjs');
const { Describer, snapshot, files, fileChecks, errorType, check, nameOf } = require('./describe.cjs');
const { literal } = require('./literal.cjs');
const { isObject } = require('./execute.cjs');
const { guard } = require('./guard.cjs');
const timers = require('./timers.cjs');

const MATCHED = 160;
/** Characters of everything that is said by one word. */
const SAID = 240;
const chdir = process.chdir.bind(process);
const UNSTABLE = /\bcov_\w+\(|\/(tmp|var|home|root|private)\/|0x[0-9a-f]{6}|file:\/\/|\.cjs\b|node:internal|\bpid\b|__tw|[A-Z]:\\/;

/** Whether the error is one of a function of ours that is hidden inside an argument: it says nothing of the code. */
function staged(one, outcome) {
  const own = outcome.threw && !outcome.declared && outcome.error?.message === 'boom';
  return own && !(one.call.items ?? []).some((node) => node.k !== 'obj' && node.k !== 'arr' && /boom/.test(print(node)));
}

/** Let what was begun come to its end. */
const quiet = async () => {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => timers.real.setImmediate(resolve));
  for (let turn = 1; turn < 4 && timers.underWay(); turn++) await new Promise((resolve) => timers.real.setTimeout(resolve, turn));
};

/** A step as it is written; an assignment is named by the place that it is made to. */
function arranged(step, named) {
  const text = print(step.node, named);
  const assigned = !step.name && step.node.k === 'raw' && /^([\w$.]+) = (.*)$/s.exec(text);
  return assigned ? { name: assigned[1], source: assigned[2] } : { name: step.name, source: `${step.awaited ? 'await ' : ''}${text}` };
}

/** A text in which paths inside the folder that was made are told by its name. */
const inFolder = (text, folder) => text.replaceAll(/'([^'\\]*)'/g, (whole, path) => (path === folder ? 'folder' : path.startsWith(`${folder}/`) ? `join(folder, '${path.slice(folder.length + 1)}')` : whole));

/** Checks on what was said: the arguments of every call, by word. */
function told(said) {
  const words = new Map();
  for (const [word, given] of said) words.set(word, [...(words.get(word) ?? []), given]);
  return [...words].flatMap(([word, given]) => {
    const text = literal(given, SAID);
    return text && !text.inexact ? [check(word, 'equals', text.text)] : [];
  });
}

/** Observes cases of one target. */
class Observer {
  constructor(target) {
    this.target = target;
    this.names = target.names;
    this.executor = target.executor();
    this.executor.wait = { turns: 2000, milliseconds: 900 };
  }

  /** Work in an empty folder, so that no case sees what another one left. */
  freshFolder() {
    this.folder = fs.mkdtempSync(join(os.tmpdir(), 'case-'));
    chdir(this.folder);
  }

  /** Source text of a class that the module exports. */
  classText(made) {
    if (typeof made !== 'function') return undefined;
    const { exported } = this.target;
    if (made === exported) return this.names.text('*');
    for (const name of Object.keys(exported ?? {})) {
      let value;
      try {
        value = exported[name];
      } catch {
        continue;
      }
      if (value === made) {
        const path = this.names.script && (name === 'default' || !/^[A-Za-z_$][\w$]*$/.test(name) || typeof exported === 'function') ? `*\u0001${name}` : name;
        this.paths.add(path);
        return this.names.text(path);
      }
    }
    return undefined;
  }

  /** The observation of a row; `keep` is false, with why, when a test should not state it. */
  async observe(row) {
    const one = load(row.case);
    this.paths = new Set();
    const classText = (made) => this.classText(made);
    this.freshFolder();
    const before = await this.arranged(one, classText);
    await quiet();
    const { escaped } = guard;
    const said = [];
    guard.said = said;
    const outcome = await this.executor.run(one);
    await quiet();
    guard.said = null;
    if (guard.escaped !== escaped) return { id: row.id, keep: false, why: 'an error escapes' };
    if (fs.readdirSync(this.folder).length) return { id: row.id, keep: false, why: 'leaves files behind' };
    if (outcome.bad) return { id: row.id, keep: false, why: outcome.bad };
    if (outcome.at >= 0) return { id: row.id, keep: false, why: 'cannot be arranged' };
    if (outcome.accidental || staged(one, outcome)) return { id: row.id, keep: false, why: 'a mistake of the caller' };
    const checks = [];
    let raised = null;
    let subject = print(one.call, (path) => this.names.text(path));
    if (outcome.threw) raised = this.raised(outcome, classText);
    else {
      if (outcome.iterates === 'async') subject = `(async () => { const items = []; for await (const item of ${subject}) items.push(item); return items; })()`;
      checks.push(...this.result(outcome, before, classText));
    }
    checks.push(...this.changes(outcome, before, classText), ...told(said));
    const folder = outcome.names.get('folder');
    if (typeof folder === 'string') for (const made of checks) made.expected = inFolder(made.expected, folder);
    const stated = outcome.threw ? [] : checks.filter((one) => !UNSTABLE.test(one.expected));
    const hits = outcome.hits.map((hit, byte) => hit && !this.target.imported[byte]);
    const [lines, branches] = this.target.places.named(hits);
    return {
      id: row.id, keep: Boolean(raised) || stated.length > 0, unit: one.unit, kind: one.kind === 'static' ? 'method' : one.kind, call: subject, ...this.texts(one, row, outcome),
      imports: this.imports(one, stated, raised), asynchronous: outcome.asynchronous || outcome.iterates === 'async', raised, checks: stated,
      result_type: outcome.threw ? nameOf(outcome.error) || typeof outcome.error : this.typeName(outcome.value), condition: row.condition,
      origin: one.origin, stable: true, lines, branches, mutants: [], size: row.size,
    };
  }

  typeName(value) {
    return value === null ? 'null' : typeof value === 'object' ? nameOf(value) || 'object' : typeof value;
  }

  /** States of the variables before the call. */
  async arranged(one, classText) {
    const names = new Map();
    if (!one.steps.length) return { states: new Map(), files: [] };
    const outcome = await this.executor.run({ ...one, call: { k: 'lit', v: undefined }, kind: 'constructor' });
    const states = new Map();
    for (const [name, value] of outcome.names) states.set(name, new Map(snapshot(value, name, classText).map((made) => [made.subject, made])));
    return { states, names, files: files(outcome.names.get('folder') ?? '') };
  }

  /** Checks on what came out. */
  result(outcome, before, classText) {
    const { value } = outcome;
    const describer = new Describer(classText);
    if (outcome.iterates === 'async') describer.about(outcome.items, 'result');
    else if (outcome.iterates === 'sync') {
      const items = outcome.endless ? outcome.items.slice(0, 5) : outcome.items;
      describer.about(items, outcome.endless ? 'Array.from({ length: 5 }, () => result.next().value)' : '[...result]');
      return describer.checks.slice(0, 1);
    } else {
      const same = [...outcome.names].find(([, one]) => one === value && isObject(value));
      if (same) return [check('result', 'is', same[0])];
      describer.about(value, 'result');
    }
    return describer.checks;
  }

  /** Checks on variables that the call changed, and on files. */
  changes(outcome, before, classText) {
    const made = [];
    for (const [name, value] of outcome.names) {
      const old = before.states.get(name);
      if (!old || name === 'folder') continue;
      for (const now of snapshot(value, name, classText)) {
        const then = old.get(now.subject);
        if (!then || then.expected !== now.expected || then.how !== now.how) made.push(now);
      }
    }
    if (outcome.names.has('folder')) made.push(...fileChecks(before.files, files(outcome.names.get('folder'))));
    return made.slice(0, 8);
  }

  raised(outcome, classText) {
    const { error } = outcome;
    if (!isObject(error)) return { type: '', message: literal(error, MATCHED)?.text ?? '', declared: true };
    const message = typeof error.message === 'string' && error.message.length <= MATCHED && !UNSTABLE.test(error.message) && !/\n/.test(error.message) ? error.message : '';
    return { type: errorType(error, classText), message, declared: outcome.declared };
  }

  texts(one, row, outcome) {
    const named = (path) => this.names.text(path);
    const { call } = one;
    const items = call.k === 'call' ? call.items.slice(1) : call.k === 'new' ? call.items : [];
    const whole = outcome.iterates === 'async' || call.promised || (call.k !== 'call' && call.k !== 'new');
    const callee = whole ? '' : print({ ...call, items: call.k === 'call' ? call.items.slice(0, 1) : [] }, named).replace(/\(\)$/, '');
    return {
      callee,
      arguments: whole ? [] : items.map((node, index) => ({ name: row.parameters[index] ?? '', source: print(node, named), keyword: false })),
      arrange: one.steps.map((step) => arranged(step, named)),
    };
  }

  /** Everything that the texts take from modules. */
  imports(one, checks, raised) {
    const found = new Map();
    const add = (path) => {
      const made = this.names.import(path);
      if (made) found.set(made.join('\n'), made);
    };
    for (const tree of trees(one)) for (const [, node] of walk(tree)) if (node.k === 'ref' || node.k === 'new') add(node.path);
    const stated = checks.map((made) => `${made.subject} ${made.expected}`).join('\n');
    if (/\breadFileSync\(/.test(stated)) add('node:fs#readFileSync');
    if (/\bexistsSync\(/.test(stated)) add('node:fs#existsSync');
    if (/\bjoin\(/.test(stated)) add('node:path#join');
    const used = new Set([raised?.type, ...checks.filter((made) => made.how === 'type').map((made) => made.expected)]);
    for (const path of [...this.paths, '*']) if (used.has(this.names.text(path))) add(path);
    return [...found.values()];
  }
}

/** What two observers agree on; undefined when they do not tell the same story. */
function agreed(first, second) {
  if (!first.keep || !second?.keep) return undefined;
  if (first.raised?.type !== second.raised?.type || first.result_type !== second.result_type || Boolean(first.raised) !== Boolean(second.raised)) return undefined;
  const others = new Set(second.checks.map((one) => JSON.stringify(one)));
  const checks = first.checks.filter((one) => others.has(JSON.stringify(one)));
  if (!first.raised && !checks.length) return undefined;
  const raised = first.raised && { ...first.raised, message: first.raised.message === second.raised.message ? first.raised.message : '' };
  const lines = new Set(second.lines);
  const arcs = new Set(second.branches.map(String));
  const { keep, ...rest } = first;
  return { type: 'observation', ...rest, raised, checks, lines: first.lines.filter((line) => lines.has(line)), branches: first.branches.filter((arc) => arcs.has(String(arc))) };
}

module.exports = { Observer, agreed };
