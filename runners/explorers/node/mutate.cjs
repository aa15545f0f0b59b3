/** @file Changes cases: at random, or so that an operand which was compared becomes the other one. */
'use strict';

const { lit, arr, obj, walk, replaced, make, RESOLVE } = require('./values.cjs');
const { trees, withTree } = require('./cases.cjs');

/** Makes new cases from old ones. */
class Mutator {
  constructor({ random, generator, strings, subjects, composer, pools, names }) {
    Object.assign(this, { random, generator, strings, subjects, composer, pools, names });
  }

  /** Places that may be changed: [tree index, path, node]. */
  places(one) {
    const found = [];
    trees(one).forEach((tree, index) => {
      // what is called on, and the folder with its files, stay
      if (one.steps[index]?.name === 'folder' || tree.items?.[0]?.path?.startsWith('node:fs#')) return;
      for (const [path, node] of walk(tree)) {
        if (!path.length) continue;
        if (path.length === 1 && path[0] === 0 && tree.k === 'call') continue;
        if (this.inCallee(tree, path) || node.k === 'var' || node.text === RESOLVE || (node.k === 'ref' && node.path.includes('#'))) continue;
        found.push([index, path, node]);
      }
    });
    return found;
  }

  inCallee(tree, path) {
    let at = tree;
    for (const [depth, step] of path.entries()) {
      if (at.k === 'call' && step === 0) return true;
      if (at.k === 'member') return true;
      at = at.items[step];
      if (depth > 20) return true;
    }
    return false;
  }

  /** The case changed in one to three ways. */
  change(one) {
    let made = one;
    const turns = this.random.weighted([[6, 1], [3, 2], [1, 3]]);
    for (let turn = 0; turn < turns; turn++) made = this.once(made);
    return this.composer.arranged(made);
  }

  once(one) {
    const { random } = this;
    const subject = this.subjects.list[one.subject];
    const roll = random.next();
    if (roll < 0.18 && subject.group) return this.steps(one, subject);
    if (roll < 0.32) return this.argument(one, subject);
    const places = this.places(one);
    if (!places.length) return this.argument(one, subject);
    const [index, path, node] = random.pick(places);
    return withTree(one, index, replaced(trees(one)[index], path, this.other(node, path.length)));
  }

  /** Another argument, one more, or one fewer. */
  argument(one, subject) {
    const { random, generator } = this;
    const { call } = one;
    if (call.k !== 'call' && call.k !== 'new') return one;
    const first = call.k === 'call' ? 1 : 0;
    const items = call.items.slice();
    const count = items.length - first;
    const at = random.below(count + 1);
    if (items[first + at]?.text === RESOLVE) return one;
    const shape = subject.shapes?.[at] ?? (subject.info?.variadic || !subject.info ? { t: 'any' } : subject.info.parameters.at(-1)?.rest ? subject.shapes.at(-1) : null);
    if (at === count && !shape) return one;
    if (at === count || random.chance(0.7)) items[first + at] = generator.tree(shape ?? { t: 'any' }, 1);
    else items.splice(first + at, 1);
    return { ...one, call: { ...call, items } };
  }

  /** One more step, one fewer, or the call on another object. */
  steps(one, subject) {
    const { random } = this;
    const named = one.call.items?.[0]?.items?.[0]?.name ?? one.call.items?.[0]?.name;
    const receiver = one.steps.findIndex((step) => step.name && step.name === named);
    if (receiver < 0) return one;
    const steps = one.steps.slice();
    const free = steps.map((step, index) => index).filter((index) => index > receiver && steps[index].name === '');
    if (free.length && random.chance(0.35)) steps.splice(random.pick(free), 1);
    else if (steps.length < 8) {
      const made = this.composer.step(subject.group, named);
      if (made) steps.splice(receiver + 1 + random.below(steps.length - receiver), 0, made);
    }
    return { ...one, steps };
  }

  /** Something else in place of a node. */
  other(node, depth) {
    const { random, generator, pools } = this;
    if (random.chance(0.15)) return generator.tree({ t: 'any' }, depth);
    if (node.k === 'lit') {
      const { v } = node;
      if (typeof v === 'string') return random.chance(0.6) ? lit(this.strings.change(v, pools.strings)) : generator.tree({ t: 'string' }, depth);
      if (typeof v === 'number') return random.chance(0.5) ? lit(v + random.pick([1, -1, 0.5, 10, -v, v])) : generator.tree({ t: 'number' }, depth);
      if (typeof v === 'boolean') return lit(!v);
      return generator.tree({ t: 'any' }, depth);
    }
    if (node.k === 'arr') return this.list(node, depth);
    if (node.k === 'obj') return this.object(node, depth);
    if (node.k === 'fn') return generator.tree({ t: 'fn', params: [] }, depth);
    if (node.k === 'new' && node.items.length) {
      const at = random.below(node.items.length);
      return { ...node, items: node.items.map((item, index) => (index === at ? this.other(item, depth + 1) : item)) };
    }
    return generator.tree({ t: 'any' }, depth);
  }

  list(node, depth) {
    const { random, generator } = this;
    const items = node.items.slice();
    const at = random.below(items.length + 1);
    const roll = random.next();
    if (roll < 0.3 && items.length) items.splice(Math.min(at, items.length - 1), 1);
    else if (roll < 0.6) items.splice(at, 0, items.length && random.chance(0.6) ? this.other(random.pick(items), depth + 1) : generator.tree({ t: 'any' }, depth + 1));
    else if (roll < 0.75 && items.length && items.length < 30) items.push(...items);
    else items.reverse();
    return arr(items);
  }

  object(node, depth) {
    const { random, generator, pools } = this;
    const entries = node.keys.map((key, index) => [key, node.items[index]]);
    if (entries.length && random.chance(0.35)) entries.splice(random.below(entries.length), 1);
    else {
      const key = random.chance(0.8) && pools.keys.length ? random.pick(pools.keys) : 'a';
      const found = entries.findIndex(([name]) => name === key);
      const value = generator.tree({ t: 'any' }, depth + 1);
      if (found >= 0) entries[found][1] = value;
      else entries.push([key, value]);
    }
    return obj(entries);
  }

  /** Cases in which an operand that was logged is replaced; [] when no leaf has it. */
  directed(one, entry) {
    const [, operator, left, right] = entry;
    const made = [];
    const put = (match, instead) => {
      for (const [index, path, node] of this.places(one)) {
        if (!match(node)) continue;
        for (const other of instead(node)) made.push(this.composer.arranged(withTree(one, index, replaced(trees(one)[index], path, other))));
      }
    };
    const is = (value) => (node) => node.k === 'lit' && (Object.is(node.v, value) || (typeof node.v === 'string' && typeof value === 'string' && value.length > 0 && node.v.includes(value)));
    const swap = (from, to) => (node) => (typeof node.v === 'string' && typeof from === 'string' && node.v !== from ? [lit(node.v.replace(from, String(to)))] : [lit(to)]);
    const simple = (value) => value === null || ['string', 'number', 'boolean', 'undefined', 'bigint'].includes(typeof value);
    if (/^([!=]==?|[<>]=?)$/.test(operator)) {
      for (const [from, to] of [[left, right], [right, left]]) {
        if (!simple(from) || !simple(to)) continue;
        const others = typeof to === 'number' && typeof from === 'number' && /[<>]/.test(operator) ? [to, to + 1, to - 1] : [to];
        for (const value of others) put(is(from), swap(from, value));
        if (typeof from === 'number' && typeof to === 'number') this.lengths(put, from, to);
      }
    } else if (operator === 'typeof') put((node) => simple(left) ? is(left)(node) : this.sortOf(node) === typeof left, () => [this.ofType(right)]);
    else if (operator === 'truth') this.truth(put, is, left, simple);
    else if (operator === 'instanceof') put((node) => (simple(left) ? is(left)(node) : ['obj', 'new', 'arr', 'fn', 'call'].includes(node.k)), () => this.instance(right));
    else if (operator === 'in') put((node) => node.k === 'obj', (node) => [this.withKey(node, String(left))]);
    else if (operator[0] === '.') this.method(put, is, operator.slice(1), left, right);
    return made;
  }

  lengths(put, from, to) {
    if (to < 0 || to > 40 || !Number.isInteger(to)) return;
    put((node) => node.k === 'arr' && node.items.length === from, (node) => [arr(Array.from({ length: to }, (_, index) => node.items[index % Math.max(1, node.items.length)] ?? lit(index + 1)))]);
    put((node) => node.k === 'lit' && typeof node.v === 'string' && node.v.length === from, (node) => [lit((node.v || 'a').repeat(Math.ceil(to / Math.max(1, node.v.length)) + 1).slice(0, to))]);
  }

  sortOf(node) {
    return node.k === 'lit' ? typeof node.v : node.k === 'fn' ? 'function' : 'object';
  }

  ofType(name) {
    const t = { function: 'fn', object: 'object', undefined: 'lit' }[name] ?? name;
    return this.generator.tree({ t, props: [], params: [], v: undefined }, 2);
  }

  truth(put, is, value, simple) {
    const { generator, random } = this;
    if (value === undefined) {
      put((node) => node.k === 'obj', (node) => (this.pools.keys.length ? [this.withKey(node, random.pick(this.pools.keys))] : []));
      put(is(undefined), () => [generator.tree({ t: 'any' }, 2)]);
    } else if (simple(value)) put(is(value), () => [value ? lit(typeof value === 'string' ? '' : typeof value === 'number' ? 0 : false) : generator.tree({ t: 'any' }, 2)]);
    else put((node) => ['obj', 'arr', 'fn', 'new'].includes(node.k), () => [lit(random.pick([null, false, undefined]))]);
  }

  withKey(node, key) {
    const entries = node.keys.map((name, index) => [name, node.items[index]]).filter(([name]) => name !== key);
    return obj([...entries, [key, this.generator.tree(this.random.pick([{ t: 'any' }, { t: 'boolean' }, { t: 'string' }, { t: 'number' }, { t: 'fn', params: [] }]), 2)]]);
  }

  instance(made) {
    if (typeof made !== 'function') return [];
    const path = this.subjects.classes.find((one) => this.names.resolve(one, this.names.exported) === made);
    const known = path && this.composer.producers.get(path);
    if (known?.length && !known[0].steps.length) return [known[0].node];
    if (path) return [make(path, ...this.composer.given(this.subjects.list.find((one) => one.path === path)))];
    const shape = { Date: 'date', RegExp: 'regexp', Map: 'map', Set: 'set', Error: 'error', Promise: 'promise', Buffer: 'buffer', Array: 'array', Function: 'fn', Uint8Array: 'typed', ArrayBuffer: 'typed', URL: 'url' }[made.name];
    return shape ? [this.generator.tree({ t: shape, of: shape === 'map' ? [] : { t: 'any' }, params: [] }, 2)] : [];
  }

  method(put, is, name, receiver, argument) {
    if (receiver instanceof RegExp || argument instanceof RegExp) {
      const [pattern, subject] = receiver instanceof RegExp ? [receiver, argument] : [argument, receiver];
      const text = this.strings.match(pattern.source, pattern.flags);
      if (text !== undefined) put(is(subject), (node) => [lit(node.v !== subject && typeof node.v === 'string' && typeof subject === 'string' ? node.v.replace(subject, () => text) : text), lit(`${subject}${text}`)]);
    } else if (typeof receiver === 'string' && typeof argument === 'string') {
      put(is(receiver), (node) => [lit(argument + node.v), lit(node.v + argument), lit(argument)]);
    } else if (Array.isArray(receiver) && ['includes', 'indexOf'].includes(name) && receiver.length) {
      const value = this.random.pick(receiver);
      if (['string', 'number'].includes(typeof value)) put(is(argument), () => [lit(value)]);
    } else if (name === 'has' || /own/i.test(name)) {
      put((node) => node.k === 'obj', (node) => (typeof argument === 'string' ? [this.withKey(node, argument)] : []));
    } else if (name === 'isArray') put((node) => node.k !== 'ref' && node.k !== 'var', () => [arr([]), this.generator.tree({ t: 'array', of: { t: 'any' } }, 2)]);
    else if (/^is(Integer|Finite|NaN|SafeInteger)$/.test(name)) put(is(argument), () => [lit(NaN), lit(1.5), lit(1), lit(Infinity)]);
  }
}

module.exports = { Mutator };
