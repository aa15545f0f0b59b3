/** @file Makes inputs: trees that fit a shape, mostly plain ones, sometimes odd ones. */
'use strict';

const { lit, arr, obj, make, fn, ref, variable, raw, call, print, walk, SHARED } = require('./values.cjs');

const NUMBERS = [1, 2, 0, 3, -1, 5, 10, 1.5, 0.5, 100, 4, 7, 1000, -2, -0.5, 16, 255, 1e6];
const ODD = [NaN, Infinity, -Infinity, 1e21, -0, 2 ** 31, 2 ** 53, 1e-7, 0.1, 65536, 3.7];
const FUNCTIONS = ['(x) => x', '() => {}', '() => true', '() => false', '(x) => x * 2', '(a, b) => a - b', '(a, b) => a + b', '(x) => x > 1', '() => 1', "() => 'a'", '() => null', '() => []', '(x) => [x]', '() => { throw new Error(\'boom\'); }', 'async (x) => x', '(x) => String(x)', '() => ({ a: 1 })', '(x) => x.a', '(x) => { x.a = 2; }', '(x) => { delete x.a; }', '(x) => { x.push(3); }', '(x) => { x.pop(); }', '(x, y) => { x.a = y; }', '(x) => { x.a.b = 1; }', '(x, y) => y', '(x, cb) => cb(null, x)', '(cb) => cb(null, 1)', '(x, cb) => (queue.length ? cb(null, queue.shift()) : cb(true))', '() => Promise.resolve(1)', "() => Promise.reject(new Error('boom'))"];
const KEYS = ['a', 'b', 'c', 'key', 'name', 'id', 'x', '0'];
const CALLBACKS = ['cb', 'callback', 'done', 'next', 'back', 'ready', 'reply', 'answer', 'respond'];
/** Names that parameters of ours may take from the source. */
const PARAMETER = /^(?!(?:null|true|false|undefined|this|arguments|eval|queue|calls|new|function)$)[a-zA-Z_]\w*$/;
const DEEPEST = 5;

/** Whether a text of a tree needs nothing from outside. */
const isFree = (tree) => [...walk(tree)].every(([, node]) => node.k !== 'var' && (!['ref', 'new'].includes(node.k) || node.path in globalThis));

/** Makes trees from shapes. */
class Generator {
  /**
   * @param {object} parts
   * @param {import('./random.cjs').Random} parts.random
   * @param {object} parts.strings
   * @param {object} parts.pools strings, numbers, regexes of the source; exported classes and values
   */
  constructor({ random, strings, pools }) {
    this.random = random;
    this.strings = strings;
    this.pools = pools;
    /** Expressions that gave values worth handing on, by what they gave. */
    this.made = [];
  }

  tree(shape, depth = 0) {
    const { random } = this;
    if (depth > DEEPEST) return lit(random.pick([1, 'a', null]));
    const maker = this[`make_${shape.t}`];
    return maker ? maker.call(this, shape, depth) : this.make_any(shape, depth);
  }

  make_mix(shape, depth) {
    return this.tree(this.random.weighted(shape.of), depth);
  }

  make_union(shape, depth) {
    return this.tree(this.random.pick(shape.of), depth);
  }

  make_lit(shape) {
    return lit(shape.v);
  }

  make_string() {
    const { random, pools } = this;
    const roll = random.next();
    if (roll < 0.3 && pools.strings.length) return lit(random.pick(pools.strings));
    if (roll < 0.5 && pools.regexes.length) {
      const pattern = random.pick(pools.regexes);
      const text = this.strings.match(pattern.source, pattern.flags);
      if (text !== undefined) return lit(random.chance(0.7) ? text : `${this.strings.plain()}${text}`);
    }
    if (roll < 0.65) return lit(this.strings.change(this.strings.plain(), pools.strings));
    return lit(this.strings.plain());
  }

  make_number() {
    const { random, pools } = this;
    const roll = random.next();
    if (roll < 0.3 && pools.numbers.length) return lit(random.pick(pools.numbers) + random.pick([0, 0, 1, -1]));
    if (roll < 0.42) return lit(random.pick(ODD));
    if (roll < 0.5) return lit(random.below(200) - 50);
    return lit(random.chance(0.6) ? NUMBERS[random.below(7)] : random.pick(NUMBERS));
  }

  make_boolean() {
    return lit(this.random.chance(0.6));
  }

  make_bigint() {
    return lit(this.random.pick([1n, 0n, -1n, 10n, 2n ** 64n]));
  }

  make_symbol() {
    return raw(this.random.pick(["Symbol('a')", 'Symbol.iterator', "Symbol.for('a')"]));
  }

  make_any(_, depth) {
    const { random } = this;
    const kinds = ['string', 'number', 'array', 'object', 'boolean', 'lit', 'fn', 'date', 'made', 'regexp', 'map', 'set', 'error', 'class', 'symbol', 'typed', 'bigint', 'promise'];
    const weights = [5, 5, 3, 4, 2, 2, 2, 0.6, 3, 0.4, 0.5, 0.5, 0.4, 1.5, 0.2, 0.3, 0.2, 0.4];
    const t = random.weighted(kinds.map((kind, index) => [weights[index] / (depth > 2 && index > 1 ? 3 : 1), kind]));
    if (t === 'lit') return lit(random.pick([null, undefined]));
    const any = { t: 'any' };
    return this.tree({ t, of: t === 'map' ? [] : any, props: [], params: [] }, depth + (t === 'string' ? 0 : 1));
  }

  make_array(shape, depth) {
    const { random } = this;
    const count = random.pick([2, 1, 3, 0, 2, 3, 1, 4, 5]);
    const item = shape.of ?? { t: 'any' };
    if (item.t !== 'any' || depth > 2 || random.chance(0.3)) return arr(Array.from({ length: count }, () => this.tree(item, depth + 1)));
    const t = random.weighted([[5, 'number'], [4, 'string'], [2, 'object'], [1.5, 'array'], [0.5, 'boolean'], [0.7, 'made']]);
    return arr(Array.from({ length: count }, () => this.tree({ t, of: { t: 'number' }, props: [] }, depth + 1)));
  }

  make_tuple(shape, depth) {
    return arr(shape.of.map((one) => this.tree(one, depth + 1)));
  }

  make_object(shape, depth) {
    const { random } = this;
    if (!shape.props.length) return this.loose(depth);
    const sparse = random.next();
    const kept = shape.props.filter((one) => (one.opt ? random.chance(sparse * sparse + 0.15) : true));
    return obj(kept.map((one) => [one.n, this.tree(one.s, depth + 1)]));
  }

  /** An object of which nothing is known. */
  loose(depth) {
    const { random, pools } = this;
    const count = random.pick([1, 0, 2, 1, 3]);
    const keys = new Set();
    for (let turn = 0; turn < count; turn++) keys.add(random.chance(0.4) && pools.keys.length ? random.pick(pools.keys) : random.pick(KEYS));
    const any = { t: random.pick(['number', 'string', 'any', 'boolean', 'object']), props: [] };
    return obj([...keys].map((key) => [key, this.tree(random.chance(0.3) ? { t: 'any' } : any, depth + 1)]));
  }

  make_dict(shape, depth) {
    const keys = KEYS.slice(0, this.random.below(3));
    return obj(keys.map((key) => [key, this.tree(shape.of, depth + 1)]));
  }

  make_map(shape, depth) {
    const [key, value] = shape.of?.length ? shape.of : [{ t: 'string' }, { t: 'any' }];
    const pairs = Array.from({ length: this.random.below(3) }, () => arr([this.tree(key, depth + 1), this.tree(value ?? key, depth + 1)]));
    return pairs.length ? make('Map', arr(pairs)) : make('Map');
  }

  make_set(shape, depth) {
    const items = Array.from({ length: this.random.below(4) }, () => this.tree(shape.of ?? { t: 'any' }, depth + 1));
    return items.length ? make('Set', arr(items)) : make('Set');
  }

  make_date() {
    return make('Date', lit(this.random.pick(['2020-01-02T03:04:05.000Z', '2021-12-31T23:59:59.000Z', '1970-01-01T00:00:00.000Z', '2024-02-29T12:00:00.000Z', 'x'])));
  }

  make_regexp() {
    const { random, pools } = this;
    return { k: 're', ...(pools.regexes.length && random.chance(0.3) ? random.pick(pools.regexes) : random.pick([{ source: 'a', flags: '' }, { source: 'b+', flags: 'g' }, { source: '\\d', flags: '' }, { source: '^x', flags: 'i' }])) };
  }

  make_error() {
    return make(this.random.pick(['Error', 'Error', 'TypeError', 'RangeError']), lit('boom'));
  }

  make_buffer() {
    return call({ k: 'member', name: 'from', items: [ref('Buffer')] }, lit(this.random.pick(['abc', '', 'a b'])));
  }

  make_url() {
    return make('URL', lit('http://a.co/b?c=1#d'));
  }

  make_typed(shape) {
    const big = /^Big/.test(shape.name ?? '');
    return make(shape.name ?? 'Uint8Array', arr([1, 2, 3].slice(0, this.random.below(4)).map((one) => lit(big ? BigInt(one) : one))));
  }

  make_promise(shape, depth) {
    const resolve = { k: 'member', name: this.random.chance(0.8) ? 'resolve' : 'reject', items: [ref('Promise')] };
    return resolve.name === 'resolve' ? call(resolve, this.tree(shape.of ?? { t: 'any' }, depth + 1)) : call(resolve, make('Error', lit('boom')));
  }

  make_path(shape) {
    const { random } = this;
    if (shape.folder && random.chance(0.5)) return variable('folder');
    const names = this.pools.paths ?? [];
    return names.length && random.chance(0.9) ? random.pick(names) : lit(random.pick(['a.txt', 'a/b', '/a/b.js', '.', './a', 'a']));
  }

  make_callback() {
    return fn('(...values) => { calls.push(values); }');
  }

  make_fn(shape) {
    if (shape.hands?.length && this.random.chance(0.8)) return fn(this.handing(this.random.pick(shape.hands)));
    const { random } = this;
    if (shape.ret && shape.ret.t !== 'any' && random.chance(0.7)) {
      const made = this.tree(shape.ret, 3);
      const text = print(made);
      if (isFree(made)) return fn(`() => ${text.startsWith('{') ? `(${text})` : text}`);
    }
    if (random.chance(0.15)) return this.make_callback();
    const exported = this.pools.functions ?? [];
    return exported.length && random.chance(0.12) ? ref(random.pick(exported)) : fn(random.chance(0.6) ? FUNCTIONS[random.below(8)] : random.pick(FUNCTIONS));
  }

  /** A function that calls back the function that it is given: once, twice, or with one thing after another. */
  handing({ at, names, takes }) {
    const { random } = this;
    const back = CALLBACKS.find((name) => !names.slice(0, at).includes(name));
    const given = Array.from({ length: at }, (_, index) => (PARAMETER.test(names[index] ?? '') && names.indexOf(names[index]) === index ? names[index] : `${'abcdefgh'[index] ?? `p${index}`}`));
    const head = `(${[...given, back].join(', ')}) =>`;
    const once = () => `${back}(${this.back(takes)})`;
    const roll = random.next();
    if (roll < 0.4 && takes.length > 1) return `${head} (queue.length ? ${back}(null, queue.shift()) : ${back}(${random.weighted([[4, 'true'], [1, 'null'], [1, "new Error('boom')"]])}))`;
    if (roll < 0.5) return `${head} { ${once()}; ${once()}; }`;
    return `${head} ${once()}`;
  }

  /** What is handed to a function that takes these. */
  back(takes) {
    const { random } = this;
    const count = random.chance(0.85) ? takes.length : random.below(takes.length + 1);
    const texts = takes.slice(0, count).map(({ name, s }, index) => {
      if (index === 0 && (takes.length > 1 || /^e(rr(or)?)?$/.test(name)) && random.chance(0.65)) return 'null';
      if (/^e(rr(or)?)?$/.test(name) && random.chance(0.7)) return "new Error('boom')";
      const made = this.tree(s, 3);
      return isFree(made) && !SHARED.test(print(made)) ? print(made) : '1';
    });
    return texts.join(', ');
  }

  make_newable() {
    return this.pools.classes.length && this.random.chance(0.7) ? ref(this.random.pick(this.pools.classes)) : fn('class {}');
  }

  make_class(shape, depth) {
    const { random, pools } = this;
    const fitting = this.made.filter((one) => one.type === shape.name);
    if (fitting.length && random.chance(0.9)) return random.pick(fitting).node;
    if (/^(Map|Set|Date|Error|TypeError|RegExp|Promise|Buffer|Uint8Array|URL|Array|Function|Symbol)$/.test(shape.name ?? '')) {
      return this.tree({ t: { Buffer: 'buffer', Uint8Array: 'typed', Function: 'fn', TypeError: 'error' }[shape.name] ?? shape.name.toLowerCase(), params: [] }, depth + 1);
    }
    const name = pools.classes.includes(shape.name) ? shape.name : undefined;
    if (name) return make(name, ...(pools.given?.(name, depth + 1) ?? []));
    if (shape.props?.length && random.chance(0.7)) return this.make_object({ props: shape.props.map((one) => ({ ...one, opt: true })) }, depth);
    return this.make_made(shape, depth);
  }

  /** Something that a call of the module gave. */
  make_made(_, depth) {
    if (!this.made.length) return this.make_number();
    const { node } = this.random.pick(this.made);
    return depth < 4 ? node : lit(1);
  }
}

module.exports = { Generator, FUNCTIONS };
