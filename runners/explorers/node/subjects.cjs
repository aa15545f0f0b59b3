/** @file What of a module can be called: functions, classes with their methods and properties, objects of functions. */
'use strict';

const events = require('node:events');
const stream = require('node:stream');
const { IDENTIFIER, RESERVED } = require('./names.cjs');
const { shapeOf } = require('./shapes.cjs');
const { ours } = require('./values.cjs');

const SEPARATOR = '\u0001';
const BORING = new Set(['constructor', 'toString', 'toLocaleString', 'valueOf', 'inspect', 'prototype', '__esModule']);
const OF_FUNCTIONS = new Set(['length', 'name', 'prototype', 'arguments', 'caller']);
const NATIVE = new Set([Object.prototype, Function.prototype, Array.prototype, Error.prototype, Map.prototype, Set.prototype, Promise.prototype, Date.prototype, RegExp.prototype, String.prototype, Number.prototype, Boolean.prototype, Symbol.prototype, Uint8Array.prototype, Buffer.prototype,
  ...[events, stream, stream.Readable, stream.Writable, stream.Duplex, stream.Transform, stream.PassThrough].map((one) => one.prototype)]);
const DEEPEST = 3;
const SORTS = 6;

/** Something that can be called. */
class Subject {
  constructor(fields) {
    /** Class or object that it belongs to: a key of `Subjects.groups`, '' for none. */
    this.group = '';
    this.runs = 0;
    /** What the source says about the function, once a call has entered it. */
    this.info = null;
    Object.assign(this, fields);
  }

  /** How many arguments it asks for. */
  get required() {
    const known = this.info?.parameters ?? [];
    const optional = known.findIndex((one) => one.optional || one.rest);
    return optional < 0 ? known.length : optional;
  }

  get shapes() {
    this.made ??= this.info ? this.info.parameters.map(shapeOf) : null;
    return this.made;
  }
}

/** Whether a function is meant to be called with `new`. */
function isClass(value) {
  if (typeof value !== 'function') return false;
  const text = Function.prototype.toString.call(value);
  if (/^class\b/.test(text)) return true;
  const { prototype } = value;
  if (!prototype || /^(async|\()|^function\s*\*/.test(text)) return false;
  return Reflect.ownKeys(prototype).length > 1 || (/^[A-Z]/.test(value.name) && /\bthis\.\w+\s*=/.test(text)) || ![Object.prototype, null].includes(Object.getPrototypeOf(prototype));
}

/** Names that others may use. */
const open = (name) => typeof name === 'string' && !/^[_#]|_$|^(super_|prototype)$/.test(name) && !BORING.has(name);

/** Methods and properties that objects of a prototype have, of their own and inherited from code of the project. */
function* members(prototype) {
  const seen = new Set();
  for (let at = prototype; at && !NATIVE.has(at) && !isBuiltIn(at); at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      const name = typeof key === 'symbol' ? (key === Symbol.iterator || key === Symbol.asyncIterator ? `[${key.description}]` : '') : key;
      if (!name || seen.has(name) || (typeof key === 'string' && !open(name) && !(name === 'toString' || name === 'valueOf'))) continue;
      seen.add(name);
      yield [name, Object.getOwnPropertyDescriptor(at, key)];
    }
  }
}

function isBuiltIn(prototype) {
  if (NATIVE.has(prototype)) return true;
  const made = Object.hasOwn(prototype, 'constructor') && prototype.constructor;
  return typeof made === 'function' && /\[native code\]/.test(Function.prototype.toString.call(made));
}

/** Finds subjects. */
class Subjects {
  constructor(names) {
    this.names = names;
    this.list = [];
    /** Class or kind of object → its subjects. */
    this.groups = new Map();
    this.classes = [];
    this.functions = [];
    this.values = new Set();
    /** Exported objects of exported classes: [class, path]. */
    this.constants = [];
    this.prototypes = new Map();
    /** Texts of functions that were returned, by what returned them. */
    this.sorts = new Map();
  }

  add(fields) {
    const subject = new Subject({ index: this.list.length, ...fields });
    this.list.push(subject);
    if (subject.group) this.groups.set(subject.group, [...(this.groups.get(subject.group) ?? []), subject]);
    return subject;
  }

  /** Everything that the module exports. */
  find(exported) {
    const { script } = this.names;
    if (typeof exported === 'function') {
      this.value(exported, '*', 0);
      return;
    }
    if (exported === null || typeof exported !== 'object') return;
    const prototype = Object.getPrototypeOf(exported);
    if (![Object.prototype, null].includes(prototype) && script) this.object(exported, '*');
    for (const name of Object.keys(exported)) {
      if (name === '__esModule' || (/^_/.test(name))) continue;
      const value = this.read(exported, name);
      const whole = (script && name === 'default') || !IDENTIFIER.test(name) || (name !== 'default' && RESERVED.has(name)) || (script && usesThis(value));
      this.value(value, whole ? `*${SEPARATOR}${name}` : name, 0);
    }
  }

  read(owner, name) {
    try {
      return owner[name];
    } catch {
      return undefined;
    }
  }

  value(value, path, depth) {
    if ((typeof value !== 'function' && (typeof value !== 'object' || value === null)) || this.values.has(value)) return;
    this.values.add(value);
    if (isClass(value)) this.klass(value, path);
    else if (typeof value === 'function') {
      this.functions.push(path);
      this.add({ unit: this.unit(path), kind: 'function', path });
    } else if (!Array.isArray(value) && depth < DEEPEST && isPlain(value)) {
      // an object of functions
    } else if (this.prototypes.has(Object.getPrototypeOf(value))) {
      this.constants.push([this.prototypes.get(Object.getPrototypeOf(value)), path]);
      return;
    } else if (!Array.isArray(value) && typeof value === 'object' && !isBuiltIn(Object.getPrototypeOf(value) ?? Object.prototype)) {
      this.object(value, path);
      return;
    } else return;
    if (depth >= DEEPEST) return;
    for (const name of Object.keys(value)) if (open(name)) this.value(this.read(value, name), `${path}${SEPARATOR}${name}`, depth + 1);
  }

  unit(path) {
    return this.names.text(path);
  }

  klass(value, path) {
    const name = this.names.text(path);
    this.classes.push(path);
    this.prototypes.set(value.prototype, path);
    this.add({ unit: name, kind: 'constructor', path, group: '' });
    if (!/^class\b/.test(Function.prototype.toString.call(value))) this.add({ unit: name, kind: 'function', path, second: true });
    this.members(value.prototype, path, name);
    for (const key of Object.getOwnPropertyNames(value)) {
      const slot = Object.getOwnPropertyDescriptor(value, key);
      if (!open(key) || OF_FUNCTIONS.has(key) || typeof slot.value !== 'function' || isClass(slot.value) || this.values.has(slot.value)) continue;
      this.values.add(slot.value);
      this.add({ unit: `${name}.${key}`, kind: 'static', path: `${path}${SEPARATOR}${key}` });
    }
  }

  /** Subjects on objects that a group's producers make. */
  members(prototype, group, name) {
    for (const [key, slot] of members(prototype)) {
      if (typeof slot.value === 'function') this.add({ unit: `${name}.${key}`, kind: /^\[/.test(key) ? 'iteration' : 'method', group, member: key, type: name });
      else if (slot.get) this.add({ unit: `${name}.${key}`, kind: 'property', group, member: key, type: name, settable: Boolean(slot.set) });
    }
  }

  /** Functions that an object of a group has by itself, such as arrow functions of class fields. */
  own(value, group) {
    const known = this.groups.get(group) ?? [];
    if (!known.length && !this.classes.includes(group)) return;
    const type = known[0]?.type ?? this.names.text(group);
    for (const name of Object.keys(value).slice(0, 40)) {
      const part = this.read(value, name);
      if (!open(name) || typeof part !== 'function' || ours.has(part) || isClass(part) || known.some((one) => one.member === name)) continue;
      this.add({ unit: `${type}.${name}`, kind: 'method', group, member: name, type });
    }
  }

  /** An exported object with a prototype of its own: its methods are called on it. */
  object(value, path) {
    for (const [key, slot] of members(Object.getPrototypeOf(value))) {
      if (typeof slot.value === 'function' && !/^\[/.test(key)) this.add({ unit: `${this.unit(path)}.${key}`, kind: 'function', path: `${path}${SEPARATOR}${key}` });
    }
    for (const key of Object.keys(value)) if (open(key) && typeof this.read(value, key) === 'function') this.value(value[key], `${path}${SEPARATOR}${key}`, 1);
  }

  /** Something that a call returned has functions of its own: they become subjects. The group's key, or '' when there is nothing new to call. */
  returned(value, { unit, group, member }) {
    if (typeof value === 'function' && ours.has(value)) return '';
    if (typeof value === 'function') {
      const key = `${member === '' ? group : unit}(${this.sort(member === '' ? group : unit, value)})`;
      return key.split('(').length > DEEPEST + 1 ? '' : this.group(key, () => this.callable(value, unit, key));
    }
    if (value === null || typeof value !== 'object') return '';
    const prototype = Object.getPrototypeOf(value);
    if (Array.isArray(value) || typeof value.then === 'function') return '';
    const known = [...this.groups.keys()].find((key) => !key.endsWith(')') && this.isOf(value, key));
    if (known) return known;
    if (prototype && prototype !== Object.prototype && !isBuiltIn(prototype)) {
      const name = prototype.constructor?.name || unit;
      return this.group(`${name}{}`, () => this.members(prototype, `${name}{}`, name));
    }
    const names = Object.keys(value).filter((key) => open(key) && typeof this.read(value, key) === 'function' && !ours.has(this.read(value, key)) && !isBuiltIn(prototype ?? Object.prototype) | isPlain(value));
    if (!names.length || names.length > 40) return '';
    const key = `${unit}(){${names.join()}}`;
    return this.group(key, () => names.forEach((name) => this.add({ unit: `${unit}.${name}`, kind: 'method', group: key, member: name, type: unit.replace(/^.*\./, '') })));
  }

  /** Tells functions of different texts that one call returned apart. */
  sort(from, value) {
    const known = this.sorts.get(from) ?? [];
    this.sorts.set(from, known);
    const text = Function.prototype.toString.call(value);
    if (!known.includes(text) && known.length < SORTS) known.push(text);
    return Math.max(0, known.indexOf(text)) || '';
  }

  /** A function that a call returned, and functions that it carries. */
  callable(value, unit, key) {
    const fields = { group: key, type: unit.replace(/^.*\./, '') };
    this.add({ unit, kind: 'function', member: '', ...fields });
    for (const name of Object.keys(value).slice(0, 40)) {
      const part = this.read(value, name);
      if (open(name) && typeof part === 'function' && !isClass(part) && !ours.has(part)) this.add({ unit: `${unit}.${name}`, kind: 'method', member: name, ...fields });
    }
  }

  isOf(value, path) {
    try {
      return value instanceof this.names.resolve(path, this.names.exported);
    } catch {
      return false;
    }
  }

  group(key, make) {
    if (!this.groups.has(key) && this.list.length < 600) {
      this.groups.set(key, []);
      make();
    }
    return this.groups.get(key)?.length ? key : '';
  }
}

const isPlain = (value) => [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** Whether an exported function needs the object that it was read from. */
function usesThis(value) {
  return typeof value === 'function' && !isClass(value) && /\bthis\b/.test(Function.prototype.toString.call(value));
}

module.exports = { Subjects, isClass, SEPARATOR };
