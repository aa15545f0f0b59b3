/** @file Strings: readable ones, those of the source, ones that match a pattern, and changed ones. */
'use strict';

const { toolbox } = require('./toolbox.cjs');

const PLAIN = ['abc', 'a', '', 'hello world', 'a b', '1', 'foo', 'A', 'foo bar baz', 'a,b', 'abc def', 'Hello', '42', 'a-b', 'x=1', 'a.b', ' a ', '1.5', '-1', 'true', 'null', 'é', '日本', '\n', 'a\nb', '\t', '0', 'key', 'a_b', 'aBc', '#fff', '{"a":1}', '[1]', '2020-01-02', 'a@b.co', 'http://a.co/b?c=1#d'];
const PARTS = ['a', 'b', '1', '0', ' ', '-', '.', ',', '\n', '"', "'", '(', ')', '[', ']', '{', '}', ':', ';', '/', '\\', '=', '&', '?', '#', '%20', '%', '<', '>', '@', '_', 'A', 'é', '+', '*', '!', '|', '\t', '😀'];

/** Makes and changes strings. */
class Strings {
  constructor(random, tools) {
    this.random = random;
    this.fc = toolbox(tools)('fast-check');
    this.matching = new Map();
  }

  plain() {
    const { random } = this;
    return random.chance(0.5) ? PLAIN[random.below(6)] : random.pick(PLAIN);
  }

  /** A string that a pattern matches; undefined when none can be made. */
  match(source, flags) {
    const key = `${source}/${flags}`;
    if (!this.matching.has(key)) this.matching.set(key, this.samples(source, flags));
    const found = this.matching.get(key);
    return found.length ? this.random.pick(found) : undefined;
  }

  samples(source, flags) {
    const kept = flags.replace(/[gyi]/g, '');
    const seed = this.random.below(2 ** 30);
    for (const text of [source, source.replace(/\(\?<?[!=](?:[^()\\]|\\.)*\)/g, '').replace(/\\b/gi, '')]) {
      try {
        const readable = this.fc.sample(this.fc.stringMatching(new RegExp(text, kept), { size: '-1' }), { numRuns: 24, seed });
        const pattern = new RegExp(source, flags.replace(/[gy]/g, ''));
        const found = readable.map((one) => this.tidy(one, pattern)).filter((one) => pattern.test(one));
        if (found.length) return [...new Set(found)].sort((a, b) => a.length - b.length);
      } catch {
        // look-behind, property escapes: what fast-check does not know
      }
    }
    return [];
  }

  /** The same string with plain letters for odd ones, as long as it matches. */
  tidy(text, pattern) {
    let tidied = text;
    for (let at = 0; at < tidied.length && at < 40; at++) {
      if (/[\w \-.,:/]/.test(tidied[at])) continue;
      for (const plain of ['a', '1', ' ']) {
        const other = tidied.slice(0, at) + plain + tidied.slice(at + 1);
        if (pattern.test(other)) {
          tidied = other;
          break;
        }
      }
    }
    return tidied;
  }

  /** A string a little different. */
  change(text, pool) {
    const { random } = this;
    const at = random.below(text.length + 1);
    const part = random.chance(0.4) && pool.length ? String(random.pick(pool)) : random.pick(PARTS);
    switch (random.below(7)) {
      case 0:
        return text.slice(0, at) + part + text.slice(at);
      case 1:
        return text.slice(0, at) + text.slice(at + 1 + random.below(3));
      case 2:
        return text.slice(0, at) + part + text.slice(at + 1);
      case 3:
        return text + part;
      case 4:
        return part + text;
      case 5:
        return text.length < 60 ? text + text : text.slice(0, 10);
      default:
        return random.chance(0.5) ? text.toUpperCase() : text.split('').reverse().join('');
    }
  }
}

module.exports = { Strings };
