/**
 * @file Inputs as trees, which can be built, printed as source, measured and changed.
 *
 * A node is one of: {k: 'lit', v} · {k: 'arr', items} · {k: 'obj', keys, items} · {k: 'new', path, items} (built-in or exported class) ·
 * {k: 're', source, flags} · {k: 'fn', text} · {k: 'ref', path} (an export, or a global) · {k: 'call', items, promised} (callee first; promised: what it calls back with is waited for) ·
 * {k: 'member', name, items: [object]} · {k: 'var', name} · {k: 'raw', text} (a built-in expression, written out).
 */
'use strict';

const { quoted, keyText } = require('./literal.cjs');

const lit = (v) => ({ k: 'lit', v });
const arr = (items) => ({ k: 'arr', items });
const obj = (entries) => ({ k: 'obj', keys: entries.map(([key]) => key), items: entries.map(([, value]) => value) });
const make = (path, ...items) => ({ k: 'new', path, items });
const fn = (text) => ({ k: 'fn', text });
const ref = (path) => ({ k: 'ref', path });
const call = (callee, ...items) => ({ k: 'call', items: [callee, ...items] });
const member = (object, name) => ({ k: 'member', name, items: [object] });
const variable = (name) => ({ k: 'var', name });
const raw = (text) => ({ k: 'raw', text });

/** What a primitive is called in source. */
function primitive(value) {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (value === Infinity || value === -Infinity || Number.isNaN(value)) return String(value).replace(/^(-?)(?=Inf|NaN)/, '$1');
  return String(value);
}

/**
 * Source text of a tree.
 *
 * @param {object} node
 * @param {(path: string) => string} [named] what an export is called in the text
 */
function print(node, named = (path) => path) {
  const { k } = node;
  const inner = (one) => print(one, named);
  if (k === 'lit') return primitive(node.v);
  if (k === 'arr') return `[${node.items.map(inner).join(', ')}]`;
  if (k === 'obj') {
    const parts = node.items.map((item, index) => `${keyText(node.keys[index])}: ${inner(item)}`);
    return parts.length ? `{ ${parts.join(', ')} }` : '{}';
  }
  if (k === 'new') return `new ${named(node.path)}(${node.items.map(inner).join(', ')})`;
  if (k === 're') return `/${node.source}/${node.flags}`;
  if (k === 'fn' || k === 'raw') return node.text;
  if (k === 'ref') return named(node.path);
  if (k === 'var') return node.name;
  if (k === 'call') {
    const text = `${callee(node.items[0], inner)}(${node.items.slice(1).map(inner).join(', ')})`;
    return node.promised ? `new Promise((resolve) => ${text})` : text;
  }
  return `${callee(node.items[0], inner)}${access(node.name)}`;
}

/** An expression that something follows: functions and literals need brackets there. */
function callee(node, inner) {
  const text = inner(node);
  return node.k === 'fn' || node.k === 'obj' || (node.k === 'lit' && typeof node.v === 'number') ? `(${text})` : text;
}

function access(name) {
  if (/^\[Symbol\.\w+\]$/.test(name)) return name;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${quoted(name)}]`;
}

/** Functions that were handed in: what they do is nothing of the code under test. */
const ours = new WeakSet();
const compiled = new Map();
/** The function that a call which is waited for calls back. */
const RESOLVE = '(...values) => resolve(values)';
/** Names of variables that functions of ours use: where they write down what they got, and where they take what they give. */
const SHARED = /\b(calls|queue)\b/;

/** A new function, array … from its text. */
function evaluated(text) {
  if (!compiled.has(text)) compiled.set(text, new Function(`"use strict"; return (${text}\n);`));
  return compiled.get(text)();
}

const SYMBOL = /^\[Symbol\.(\w+)\]$/;

/** The key that a member's name stands for. */
function keyOf(name) {
  const found = SYMBOL.exec(name);
  return found ? Symbol[found[1]] : name;
}

/**
 * Make the value of a tree.
 *
 * @param {object} node
 * @param {{resolve: (path: string) => unknown, names: Map<string, unknown>, text?: (text: string) => unknown}} world
 */
function build(node, world) {
  switch (node.k) {
    case 'lit':
      return node.v;
    case 'arr':
      return node.items.map((item) => build(item, world));
    case 'obj': {
      const made = {};
      node.items.forEach((item, index) => {
        const value = build(item, world);
        if (node.keys[index] === '__proto__') Object.defineProperty(made, '__proto__', { value, enumerable: true, configurable: true, writable: true });
        else made[node.keys[index]] = value;
      });
      return made;
    }
    case 'new': {
      const given = node.items.map((item) => build(item, world));
      if (/Array(Buffer)?$/.test(node.path) && given.length === 1 && Number(given[0]) > 10_000) throw new RangeError('Invalid array length');
      return Reflect.construct(world.resolve(node.path), given);
    }
    case 're':
      return new RegExp(node.source, node.flags);
    case 'fn': {
      if (node.text === RESOLVE) return world.settled ?? (() => {});
      const made = world.text && SHARED.test(node.text) ? world.text(node.text) : evaluated(node.text);
      if (typeof made === 'function') ours.add(made);
      return made;
    }
    case 'raw':
      return world.text ? world.text(node.text) : evaluated(node.text);
    case 'ref':
      return world.resolve(node.path);
    case 'var':
      return world.names.get(node.name);
    case 'call': {
      const [first] = node.items;
      const self = first.k === 'member' ? build(first.items[0], world) : undefined;
      const called = first.k === 'member' ? self[keyOf(first.name)] : build(first, world);
      const given = node.items.slice(1).map((item) => build(item, world));
      return world.invoke ? world.invoke(called, self ?? world.owner?.(first), given) : Reflect.apply(called, self ?? world.owner?.(first), given);
    }
    default:
      return build(node.items[0], world)[keyOf(node.name)];
  }
}

/** Every node of a tree with its path, the root first. */
function* walk(node, path = []) {
  yield [path, node];
  if (node.items) for (let index = 0; index < node.items.length; index++) yield* walk(node.items[index], [...path, index]);
}

/** A tree with another node at a path. */
function replaced(node, path, other) {
  if (!path.length) return other;
  const items = node.items.slice();
  items[path[0]] = replaced(items[path[0]], path.slice(1), other);
  return { ...node, items };
}

const sizes = new WeakMap();

/** How much there is to read. */
function size(node) {
  if (!sizes.has(node)) {
    let total = 1;
    if (node.k === 'lit') total += typeof node.v === 'string' ? Math.min(30, node.v.length / 4) : String(node.v).length / 8;
    if (node.k === 'fn' || node.k === 'raw') total += node.text.length / 12;
    if (node.k === 're') total += node.source.length / 4;
    for (const item of node.items ?? []) total += size(item);
    sizes.set(node, total);
  }
  return sizes.get(node);
}

module.exports = { lit, arr, obj, make, fn, ref, call, member, variable, raw, print, build, walk, replaced, size, evaluated, access, ours, SHARED, RESOLVE };
