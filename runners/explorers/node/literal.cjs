/** @file Values as source text: only what a test can compare deeply with a literal. */
'use strict';

/** A string as source, in single quotes. */
function quoted(text) {
  const inner = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  const plain = inner.replace(/[\u007f-\u00a0\u00ad\u0300-\u036f\u200b-\u200f\u2028-\u202f\ufeff\ufff0-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `'${plain.replace(/[\ud800-\udfff]/g, (one, at) => (paired(plain, at) ? one : `\\u${one.charCodeAt(0).toString(16)}`))}'`;
}

function paired(text, at) {
  const high = (index) => /[\ud800-\udbff]/.test(text[index] ?? '');
  const low = (index) => /[\udc00-\udfff]/.test(text[index] ?? '');
  return (high(at) && low(at + 1)) || (low(at) && high(at - 1));
}

/** A key of an object literal. */
function keyText(key) {
  if (key === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(key) || /^(0|[1-9]\d{0,8})$/.test(key) ? key : quoted(key);
}

/** Thrown when a value cannot be written. */
class Unwritable extends Error {}

const TYPED = ['Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'Uint8ClampedArray', 'BigInt64Array', 'BigUint64Array'];

/** Writes one value; `most` is how many characters there may be. */
class Writer {
  constructor(most = 400) {
    this.most = most;
    this.seen = new Set();
    /** Whether a number in it is no short decimal. */
    this.inexact = false;
    this.count = 0;
  }

  write(value) {
    const text = this.text(value);
    if (text.length > this.most) throw new Unwritable('too long');
    return text;
  }

  text(value) {
    if (++this.count > 300) throw new Unwritable('too large');
    if (value === null || value === undefined || typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return quoted(value);
    if (typeof value === 'number') return this.number(value);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'symbol') return this.symbol(value);
    if (typeof value === 'function') throw new Unwritable('a function');
    if (this.seen.has(value)) throw new Unwritable('a cycle');
    this.seen.add(value);
    const text = this.object(value);
    this.seen.delete(value);
    return text;
  }

  number(value) {
    if (Object.is(value, -0)) return '-0';
    if (!Number.isInteger(value) && Number.isFinite(value) && !short(value)) this.inexact = true;
    return String(value);
  }

  symbol(value) {
    const known = Symbol.keyFor(value);
    if (known !== undefined) return `Symbol.for(${quoted(known)})`;
    const name = /^Symbol\(Symbol\.(\w+)\)$/.exec(String(value))?.[1];
    if (name && Symbol[name] === value) return `Symbol.${name}`;
    throw new Unwritable('a symbol');
  }

  object(value) {
    const proto = Object.getPrototypeOf(value);
    if (Array.isArray(value)) return this.array(value, proto);
    if (Object.getOwnPropertySymbols(value).length) throw new Unwritable('symbol keys');
    if (proto === Object.prototype) return this.plain(value);
    if (proto === Map.prototype) return this.bare(value, `new Map(${value.size ? this.list([...value].map(([k, v]) => `[${this.text(k)}, ${this.text(v)}]`)) : ''})`);
    if (proto === Set.prototype) return this.bare(value, `new Set(${value.size ? this.list([...value].map((one) => this.text(one))) : ''})`);
    if (proto === Date.prototype) return this.bare(value, Number.isNaN(value.getTime()) ? 'new Date(NaN)' : `new Date('${value.toISOString()}')`);
    if (proto === RegExp.prototype) return value.lastIndex ? '' : this.bare(value, String(value));
    if (proto === Buffer.prototype) return buffer(value);
    if (proto === URL.prototype) return `new URL(${quoted(value.href)})`;
    if (proto === Boolean.prototype || proto === Number.prototype || proto === String.prototype) throw new Unwritable('a wrapper');
    const name = TYPED.find((one) => proto === globalThis[one].prototype);
    if (name) return `new ${name}(${value.length ? this.list([...value].map((one) => this.text(one))) : ''})`;
    throw new Unwritable('an instance');
  }

  bare(value, text) {
    if (Object.keys(value).length) throw new Unwritable('own properties');
    return text;
  }

  list(parts) {
    return `[${parts.join(', ')}]`;
  }

  array(value, proto) {
    if (proto !== Array.prototype || Object.keys(value).length !== value.length) throw new Unwritable('an odd array');
    return this.list(value.map((one) => this.text(one)));
  }

  plain(value) {
    const parts = [];
    for (const key of Object.keys(value)) {
      const slot = Object.getOwnPropertyDescriptor(value, key);
      if (slot.get) throw new Unwritable('a getter');
      parts.push(`${keyText(key)}: ${this.text(slot.value)}`);
    }
    return parts.length ? `{ ${parts.join(', ')} }` : '{}';
  }
}

/** A buffer from text where it is text, else from its bytes. */
function buffer(value) {
  const text = value.toString('latin1');
  return /^[\x20-\x7e\n]*$/.test(text) ? `Buffer.from(${quoted(text)})` : `Buffer.from([${[...value].join(', ')}])`;
}

/** Whether a number is written with few digits. */
function short(value) {
  return String(value).replace(/^-?0?\.?|[^\d]/g, '').replace(/^0+/, '').length <= 6 && !/e-/.test(String(value));
}

/** Source text of a value, or undefined when it has none that a test can compare with. */
function literal(value, most) {
  try {
    const writer = new Writer(most);
    const text = writer.write(value);
    return text ? { text, inexact: writer.inexact } : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { quoted, keyText, literal, short };
