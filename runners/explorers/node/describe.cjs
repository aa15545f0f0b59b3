/** @file What running a case shows: checks on the result and on changed state, or the error. */
'use strict';

const { literal, short, quoted } = require('./literal.cjs');
const { access } = require('./values.cjs');
const { isObject, nameOf } = require('./execute.cjs');

const MOST = 6;
const DEEPEST = 2;
const LONGEST = 360;
const check = (subject, how, expected = '') => ({ subject, how, expected });

/** A public name. */
const open = (key) => typeof key === 'string' && !/^[_#$]|_$/.test(key) && !/^(domain|constructor)$/.test(key);

/** Collects checks on one value. */
class Describer {
  /** @param {(value: Function) => string | undefined} classText source text of an exported class */
  constructor(classText) {
    this.classText = classText;
    this.checks = [];
  }

  add(...given) {
    if (this.checks.length < MOST * 2) this.checks.push(check(...given));
  }

  about(value, subject, depth = 0) {
    if (typeof value === 'number') return this.number(value, subject);
    if (value === null || value === undefined || typeof value === 'boolean') return this.add(subject, 'is', String(value));
    if (typeof value === 'string') return value.length <= LONGEST ? this.add(subject, 'is', quoted(value)) : this.long(value, subject);
    if (typeof value === 'bigint') return this.add(subject, 'is', `${value}n`);
    if (typeof value === 'symbol') return this.add(`String(${subject})`, 'is', quoted(String(value)));
    if (typeof value === 'function') return this.add(`typeof ${subject}`, 'is', "'function'");
    const text = literal(value, LONGEST);
    if (text && !text.inexact) return this.add(subject, 'equals', text.text);
    return this.open(value, subject, depth);
  }

  number(value, subject) {
    if (Number.isNaN(value)) return this.add(`Number.isNaN(${subject})`, 'true');
    if (Object.is(value, -0)) return this.add(`Object.is(${subject}, -0)`, 'true');
    if (!Number.isInteger(value) && Number.isFinite(value) && !short(value)) return this.add(subject, 'close', String(Number(value.toPrecision(10))));
    return this.add(subject, 'is', String(value));
  }

  long(value, subject) {
    this.add(`${subject}.length`, 'is', String(value.length));
    this.add(`${subject}.slice(0, 40)`, 'is', quoted(value.slice(0, 40)));
  }

  open(value, subject, depth) {
    if (Array.isArray(value)) return this.list(value, subject, depth);
    if (value instanceof Error) return this.error(value, subject);
    if (value instanceof Map || value instanceof Set) return this.add(`${subject}.size`, 'is', String(value.size));
    const prototype = Object.getPrototypeOf(value);
    if (prototype === null) {
      const copy = literal({ ...value }, LONGEST);
      if (copy && !copy.inexact) return this.add(`{ ...${subject} }`, 'equals', copy.text);
    } else if (prototype !== Object.prototype) this.type(value, subject);
    return this.visible(value, subject, depth);
  }

  type(value, subject) {
    const text = this.classText(value.constructor);
    if (text) this.add(subject, 'type', text);
  }

  error(value, subject) {
    this.type(value, subject);
    if (this.checks.at(-1)?.how !== 'type' && /^[A-Z]\w*Error$/.test(value.name) && value.name in globalThis) this.add(subject, 'type', value.name);
    this.add(`${subject}.message`, 'is', quoted(String(value.message).slice(0, LONGEST)));
  }

  list(value, subject, depth) {
    const spread = literal([...value], LONGEST);
    if (spread && !spread.inexact) return this.add(`[...${subject}]`, 'equals', spread.text);
    this.add(`${subject}.length`, 'is', String(value.length));
    if (depth >= DEEPEST) return undefined;
    const places = value.length <= 4 ? value.map((_, index) => index) : [0, 1, value.length - 1];
    for (const index of places) this.about(value[index], `${subject}[${index}]`, depth + 1);
    return undefined;
  }

  /** Public properties, own first, then getters. */
  visible(value, subject, depth) {
    if (depth >= DEEPEST) return;
    let count = 0;
    for (const key of properties(value)) {
      if (count >= MOST - depth * 2) break;
      let part;
      try {
        part = value[key];
      } catch {
        continue;
      }
      if (typeof part === 'function' || part === value) continue;
      count += 1;
      this.about(part, subject + access(key), depth + 1);
    }
    if (count < 2) this.text(value, subject);
  }

  text(value, subject) {
    for (const [name, native] of [['toJSON', undefined], ['toString', Object.prototype.toString]]) {
      try {
        if (typeof value[name] !== 'function' || value[name] === native || value[name] === Error.prototype.toString) continue;
        const text = literal(value[name](), LONGEST);
        if (text && !text.inexact) this.add(name === 'toString' ? `String(${subject})` : `${subject}.toJSON()`, typeof value[name]() === 'string' ? 'is' : 'equals', text.text);
      } catch {
        // is code under test
      }
    }
  }
}

/** Names of public properties with a value: own ones, getters of its classes. */
function properties(value) {
  const names = Object.keys(value).filter(open);
  for (let at = Object.getPrototypeOf(value); at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (/\[native code\]/.test(String(at.constructor))) break;
    for (const [key, slot] of Object.entries(Object.getOwnPropertyDescriptors(at))) if (slot.get && open(key) && !names.includes(key)) names.push(key);
  }
  return names.slice(0, 24);
}

/** What can be said of a variable, as subject → check: compared before and after the call. */
function snapshot(value, name, classText) {
  const describer = new Describer(classText);
  try {
    if (isObject(value) && typeof value !== 'function' && typeof value.then !== 'function' && typeof value.next !== 'function') describer.about(value, name);
  } catch {
    return [];
  }
  return describer.checks.filter((one) => one.how !== 'type');
}

/** What is left in the folder that the case worked in. */
function files(folder) {
  const fs = require('node:fs');
  const path = require('node:path');
  const found = [];
  const visit = (at, relative) => {
    for (const entry of fs.readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = relative ? `${relative}/${entry.name}` : entry.name;
      if (found.length > 12) return;
      if (entry.isDirectory()) {
        found.push([name, null]);
        visit(path.join(at, entry.name), name);
      } else if (entry.isFile()) found.push([name, fs.readFileSync(path.join(at, entry.name), 'utf8').slice(0, 400)]);
    }
  };
  try {
    visit(folder, '');
  } catch {
    return [];
  }
  return found;
}

/** Checks on files that appeared, changed or went. */
function fileChecks(before, after) {
  const checks = [];
  const old = new Map(before);
  const now = new Map(after);
  for (const [name, content] of now) {
    const place = `join(folder, ${quoted(name)})`;
    if (old.has(name) && old.get(name) === content) continue;
    if (content === null) checks.push(check(`existsSync(${place})`, 'is', 'true'));
    else checks.push(check(`readFileSync(${place}, 'utf8')`, 'is', quoted(content)));
  }
  for (const name of old.keys()) if (!now.has(name)) checks.push(check(`existsSync(join(folder, ${quoted(name)}))`, 'is', 'false'));
  return checks.slice(0, 4);
}

/** Source text of an error's class as a test can name it, or 'Error'. */
function errorType(error, classText) {
  for (let made = error.constructor; typeof made === 'function' && made !== Object; made = Object.getPrototypeOf(made)) {
    const text = classText(made) ?? (globalThis[made.name] === made ? made.name : undefined);
    if (text) return text;
  }
  return 'Error';
}

module.exports = { Describer, snapshot, files, fileChecks, errorType, check, nameOf };
