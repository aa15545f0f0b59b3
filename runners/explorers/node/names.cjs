/** @file What things are called in the texts: paths of exports, local names, imports. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { access } = require('./values.cjs');

const RESERVED = new Set('arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield undefined NaN Infinity result describe it test expect calls queue folder'.split(' '));
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** `some-name` as `someName`. */
function camel(text) {
  const joined = text.replace(/[^\w$]+(\w)?/g, (_, next) => (next ?? '').toUpperCase()).replace(/^\d+/, '');
  return joined ? joined[0].toLowerCase() + joined.slice(1) : 'subject';
}

/** A variable's name for an object of a class. */
function variableName(type) {
  const name = camel(type || 'subject').replace(/^_+/, '');
  return IDENTIFIER.test(name) && !RESERVED.has(name) ? name : 'subject';
}

/** What an `index` file stands for: its folder, or the package. */
function indexName(request) {
  const folder = path.dirname(request.module);
  if (!/^(\.|src|lib|source)$/.test(folder)) return path.basename(folder);
  try {
    return JSON.parse(fs.readFileSync(path.join(request.root, 'package.json'), 'utf8')).name.replace(/^@.*\//, '');
  } catch {
    return path.basename(path.resolve(request.root));
  }
}

/** Names of one target. */
class Names {
  /**
   * @param {{module: string}} request
   * @param {unknown} exported what loading the target gave
   * @param {boolean} script whether it is CommonJS as written
   */
  constructor(request, exported, script) {
    this.module = request.module;
    this.script = script;
    this.exported = exported;
    const stem = path.basename(request.module).replace(/\.\w+$/, '');
    this.stem = camel(stem === 'index' ? indexName(request) : stem);
  }

  /** The name of the whole (`*`) or of the default export. */
  local(first) {
    const value = first === '*' ? this.exported : this.exported.default;
    const own = typeof value === 'function' && IDENTIFIER.test(value.name) && !/^(default_\d+|exports|_.*|\w)$/.test(value.name) && !RESERVED.has(value.name) ? value.name : '';
    const name = own || this.stem;
    const taken = first === 'default' && Object.hasOwn(this.exported, name) && this.exported[name] !== value;
    const safe = RESERVED.has(name) || !IDENTIFIER.test(name) || name in globalThis ? `${name}Module` : name;
    return taken ? `${safe}Default` : safe;
  }

  /** What a path is called in source. */
  text(given) {
    if (given.includes('#')) return given.split('#')[1];
    const [first, ...rest] = given.split('\u0001');
    const head = first === '*' || first === 'default' ? this.local(first) : first;
    return head + rest.map(access).join('');
  }

  /** The import that a path needs; undefined for a global. */
  import(given) {
    if (given.includes('#')) return given.split('#');
    const [first] = given.split('\u0001');
    if (first === '*' || first === 'default') return [this.module, `${first} as ${this.local(first)}`];
    return Object.hasOwn(this.exported, first) ? [this.module, first] : undefined;
  }

  /** The value that a path names. */
  resolve(given, exported) {
    if (given.includes('#')) {
      const [module, name] = given.split('#');
      return require(module)[name];
    }
    const [first, ...rest] = given.split('\u0001');
    let value = first === '*' ? exported : Object.hasOwn(exported, first) ? exported[first] : globalThis[first];
    for (const name of rest) value = value[name];
    return value;
  }

  /** What a function is a property of, for calls that need `this`. */
  owner(given, exported) {
    const parts = given.split('\u0001');
    return parts.length > 1 ? this.resolve(parts.slice(0, -1).join('\u0001'), exported) : undefined;
  }
}

module.exports = { Names, variableName, camel, RESERVED, IDENTIFIER };
