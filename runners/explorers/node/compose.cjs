/** @file Makes cases for subjects: arguments that fit, an object to call on, files to work with. */
'use strict';

const { lit, arr, make, call, member, ref, variable, raw, fn, walk, print, RESOLVE } = require('./values.cjs');
const { variableName } = require('./names.cjs');
const { trees } = require('./cases.cjs');

const FOLDER = [
  { name: 'folder', node: call(ref('node:fs#mkdtempSync'), call(ref('node:path#join'), call(ref('node:os#tmpdir')), lit('test-'))) },
  { name: '', node: call(ref('node:fs#writeFileSync'), call(ref('node:path#join'), variable('folder'), lit('a.txt')), lit('abc')), file: 'a.txt' },
  { name: '', node: call(ref('node:fs#writeFileSync'), call(ref('node:path#join'), variable('folder'), lit('a.json')), lit('{"a": 1}')), file: 'a.json' },
  { name: '', node: call(ref('node:fs#mkdirSync'), call(ref('node:path#join'), variable('folder'), lit('sub'))), file: 'sub' },
  { name: '', node: call(ref('node:fs#writeFileSync'), call(ref('node:path#join'), variable('folder'), lit('sub/b.txt')), lit('b')), file: 'sub/b.txt' },
  { name: '', node: call(ref('node:fs#symlinkSync'), lit('a.txt'), call(ref('node:path#join'), variable('folder'), lit('link'))), file: 'link' },
];
const at = (name) => call(ref('node:path#join'), variable('folder'), lit(name));
const PATHS = [at('a.txt'), at('a.json'), variable('folder'), at('sub'), at('b.txt'), at('new/c.txt'), at('sub/b.txt'), at('link')];
const MOST_STEPS = 8;
/** Names of parameters for a function that is called once, at the end. */
const LATE = /^(cb|callback|done|completed?|finish(ed)?|on(End|Done|Complete|Finish|Success))$/i;

/** Makes cases. */
class Composer {
  constructor({ random, generator, subjects, names, pools }) {
    Object.assign(this, { random, generator, subjects, names, pools });
    /** Group → how its objects were made, the plainest first. */
    this.producers = new Map();
    this.depth = 0;
    pools.paths = PATHS;
    pools.given = (name, depth) => this.given(this.subjects.list.find((one) => one.kind === 'constructor' && one.path === name), depth);
  }

  /** Arguments for a subject. */
  given(subject, depth = 0) {
    const { random, generator } = this;
    const shapes = subject?.shapes;
    if (!shapes) return Array.from({ length: random.pick([1, 0, 2, 1, 3]) }, () => generator.tree({ t: 'any' }, depth + 1));
    const { parameters, variadic } = subject.info;
    const made = [];
    for (const [index, parameter] of parameters.entries()) {
      if (parameter.rest) {
        const count = random.pick([1, 2, 0, 3]);
        for (let turn = 0; turn < count; turn++) made.push(generator.tree(shapes[index], depth + 1));
        break;
      }
      if ((parameter.optional && random.chance(0.4)) || random.chance(0.05)) {
        if (random.chance(0.85)) break;
        made.push(lit(undefined));
      } else made.push(generator.tree(shapes[index], depth + 1));
    }
    if (variadic && random.chance(0.7)) {
      const extra = random.below(4);
      for (let turn = 0; turn < extra; turn++) made.push(generator.tree({ t: 'any' }, depth + 1));
    }
    return made;
  }

  /** A fresh case of a subject; undefined when no object for it can be made yet. */
  fresh(subject) {
    const { random } = this;
    if (subject.kind === 'constructor') return this.finished(subject, [], make(subject.path, ...this.given(subject)));
    if (!subject.group) {
      const target = ref(subject.path);
      const last = subject.info?.parameters.at(-1);
      if (last && LATE.test(last.name) && !subject.path.includes('\u0001') && random.chance(0.5)) {
        const given = this.given(subject).slice(0, subject.info.parameters.length - 1);
        return this.finished(subject, [], call(call(ref('node:util#promisify'), target), ...given));
      }
      return this.finished(subject, [], this.called(subject, target));
    }
    const steps = this.receiver(subject);
    if (!steps) return undefined;
    const name = steps.at(-1).name;
    const count = random.weighted([[5, 0], [3, 1], [2, 2], [1, 4]]);
    for (let turn = 0; turn < count; turn++) {
      const step = this.step(subject.group, name);
      if (step) steps.push(step);
    }
    return this.finished(subject, steps, this.on(subject, name, true));
  }

  /** The call of a subject on a variable; `last` when nothing is done after it. */
  on(subject, name, last = false) {
    if (subject.member === '') return last ? this.called(subject, variable(name)) : call(variable(name), ...this.given(subject));
    const part = member(variable(name), subject.member);
    if (subject.kind === 'property' || subject.kind === 'iteration') return subject.kind === 'property' ? part : call(part);
    return last ? this.called(subject, part) : call(part, ...this.given(subject));
  }

  /** A call with arguments that fit; sometimes one that is waited for until it calls back. */
  called(subject, target) {
    const { random } = this;
    const given = this.given(subject);
    const places = (subject.info?.parameters ?? []).flatMap((one, index) => (LATE.test(one.name) ? [index] : []));
    if (!places.length || !random.chance(subject.late ? 0.8 : 0.4)) return call(target, ...given);
    const at = random.pick(places);
    while (given.length < at) given.push(this.generator.tree(subject.shapes[given.length], 1));
    given[at] = fn(RESOLVE);
    return { ...call(target, ...given), promised: true };
  }

  /** One more thing done to an object before the call. */
  step(group, name) {
    const others = (this.subjects.groups.get(group) ?? []).filter((one) => one.kind !== 'iteration' && (one.kind !== 'property' || one.settable));
    if (!others.length) return undefined;
    const other = this.random.pick(others);
    if (other.kind === 'property') {
      const value = this.generator.tree(other.shapes?.[0] ?? { t: 'any' }, 2);
      return { name: '', node: raw(`${name}.${other.member} = ${print(value, (path) => this.names.text(path))}`) };
    }
    return { name: '', node: this.on(other, name), awaited: other.awaited };
  }

  /** Steps that make an object of a subject's group; the last one names it. */
  receiver(subject) {
    const known = this.producers.get(subject.group) ?? [];
    const constructs = !/[)}]$/.test(subject.group);
    if (constructs && (!known.length || this.random.chance(0.4))) {
      const maker = this.subjects.list.find((one) => one.kind === 'constructor' && one.path === subject.group);
      return [{ name: variableName(this.names.text(subject.group).replace(/^.*\./, '')), node: make(subject.group, ...this.given(maker)) }];
    }
    if (!known.length) return undefined;
    const chosen = this.again(known[Math.min(known.length - 1, Math.floor(this.random.next() ** 2 * known.length))]);
    const name = variableName(/^[A-Z]/.test(subject.type ?? '') ? subject.type : `made${(subject.type ?? '').replace(/^./, (one) => one.toUpperCase())}`);
    const taken = new Set(chosen.steps.map((step) => step.name));
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name}${number}`;
    return [...chosen.steps, { name: free, node: chosen.node, awaited: chosen.awaited }];
  }

  /** What made an object, half of the time with other arguments. */
  again(chosen) {
    if (chosen.subject === undefined || this.depth >= 3 || this.random.chance(0.5)) return chosen;
    this.depth += 1;
    const made = this.fresh(this.subjects.list[chosen.subject]);
    this.depth -= 1;
    return made && made.steps.length <= MOST_STEPS - 4 && made.call.k !== 'raw' ? { ...chosen, steps: made.steps, node: made.call } : chosen;
  }

  /** A case with whatever its texts use besides: a list of calls, a folder. */
  finished(subject, steps, node, origin = 'search') {
    const one = { subject: subject.index, unit: subject.unit, kind: subject.kind, steps: steps.slice(0, MOST_STEPS), call: node, origin };
    return this.arranged(one);
  }

  arranged(one) {
    let records = false;
    let folder = false;
    let takes = false;
    let whole = false;
    const files = new Set();
    for (const tree of trees(one)) {
      for (const [, node] of walk(tree)) {
        if ((node.k === 'fn' || node.k === 'raw') && /\bcalls\b/.test(node.text)) records = true;
        if (node.k === 'fn' && /\bqueue\b/.test(node.text)) takes = true;
        if (node.k === 'var' && node.name === 'folder') folder = true;
        if (node.k === 'call' && node.items.slice(1).some((item) => item.k === 'var' && item.name === 'folder') && node.items[0].path !== 'node:path#join') whole = true;
        if (node.k === 'lit' && typeof node.v === 'string') files.add(node.v);
      }
    }
    const has = (name) => one.steps.some((step) => step.name === name);
    const added = [];
    if (folder && !has('folder')) added.push(...FOLDER.filter((step) => step.name || [...files].some((name) => step.file === name || step.file.startsWith(`${name}/`) || name === step.file) || this.random.chance(whole ? 0.6 : 0.3)));
    if (records && !has('calls')) added.push({ name: 'calls', node: arr([]) });
    if (takes && !has('queue')) added.push({ name: 'queue', node: this.generator.make_array({ of: { t: 'any' } }, 2) });
    if (folder) for (const step of added.slice()) if (step.file === 'sub/b.txt' && !added.some((other) => other.file === 'sub')) added.splice(added.indexOf(step), 0, FOLDER[3]);
    return added.length ? { ...one, steps: [...added.map(({ name, node }) => ({ name, node })), ...one.steps] } : one;
  }

  /** Remember that a case made an object of a group. */
  produced(group, one, outcome) {
    if (one.steps.length > 4 || one.call.k === 'raw') return;
    const known = this.producers.get(group) ?? [];
    const text = JSON.stringify([one.steps, one.call], (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
    if (known.some((other) => other.text === text)) return;
    known.push({ subject: one.subject, steps: one.steps, node: one.call, awaited: outcome.asynchronous, text });
    known.sort((a, b) => a.text.length - b.text.length);
    this.producers.set(group, known.slice(0, 12));
  }
}

module.exports = { Composer };
