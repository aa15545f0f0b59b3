/** @file Joins what types, defaults, use and names say about a parameter into one weighted shape. */
'use strict';

const { evaluated } = require('./values.cjs');

const NAMED = [
  [/^(cb|callback|done|next|completed?|finish(ed)?)$/i, { t: 'callback' }],
  [/(^|[a-z])(fn|func|function|handler|iteratee|predicate|comparator|compare|mapper|reducer|listener|visitor|factory|resolver|executor)$/i, { t: 'fn', params: [] }],
  [/(dir|directory|folder|root)$/i, { t: 'path', folder: true }],
  [/(path|filename|file|src|dest|dst)$/i, { t: 'path' }],
  [/^(opts?|options?|config|settings|params|props|attrs|attributes|obj|object|o|data|map|record|hash|dict)$/i, { t: 'object', props: [] }],
  [/^(arr|array|list|items|values|args|xs|rows|elements|collection|iterable|keys|ys|data)$/i, { t: 'array', of: { t: 'any' } }],
  [/^(str|string|text|name|key|s|prefix|suffix|msg|message|input|html|css|pattern|char|word|label|id|url|type|format|encoding|separator|delimiter)$/i, { t: 'string' }],
  [/^(n|num|number|index|idx|i|j|k|count|length|size|start|end|min|max|x|y|z|width|height|ms|delay|limit|offset|depth|precision|from|to|step|value)$/i, { t: 'number' }],
  [/^(is|has|should|can|use|enable|allow)[A-Z]|^(deep|strict|force|recursive|flag|sync|bool)$/, { t: 'boolean' }],
  [/^(re|regex|regexp)$/i, { t: 'regexp' }],
  [/^(date|d|now|time)$/i, { t: 'date' }],
  [/^(err|error|e)$/i, { t: 'error' }],
  [/^(promise|thenable)$/i, { t: 'promise', of: { t: 'any' } }],
  [/^(buf|buffer|bytes)$/i, { t: 'buffer' }],
];
const OF_KIND = {
  string: { t: 'string' }, number: { t: 'number' }, boolean: { t: 'boolean' }, function: { t: 'fn', params: [] }, array: { t: 'array', of: { t: 'any' } },
  object: { t: 'object', props: [] }, date: { t: 'date' }, regexp: { t: 'regexp' }, promise: { t: 'promise', of: { t: 'any' } },
  map: { t: 'map', of: [] }, set: { t: 'set', of: { t: 'any' } }, path: { t: 'path' }, undefined: { t: 'lit', v: undefined },
  bigint: { t: 'bigint' }, symbol: { t: 'symbol' }, any: { t: 'any' },
};

/** The shape that a literal value is an example of. */
function ofValue(value) {
  if (value === null || value === undefined) return { t: 'lit', v: value };
  if (Array.isArray(value)) return { t: 'array', of: value.length ? ofValue(value[0]) : { t: 'any' } };
  if (value instanceof RegExp) return { t: 'regexp' };
  if (typeof value === 'object') return { t: 'object', props: Object.keys(value).map((n) => ({ n, s: ofValue(value[n]), opt: true })) };
  return OF_KIND[typeof value] ?? { t: 'any' };
}

/** The shape of a default, when its text is plain. */
function ofInitial(text) {
  if (!text || !/^(['"`[{\d-]|true|false|null|\(|\w+ =>|function)/.test(text)) return undefined;
  if (/^\(|=>|^function/.test(text)) return OF_KIND.function;
  try {
    return ofValue(evaluated(text));
  } catch {
    return undefined;
  }
}

/** What the use of a value says: [weight, shape] pairs. */
function ofUse(use, depth = 0) {
  const pairs = [];
  for (const [kind, weight] of use.kinds) if (OF_KIND[kind] && weight > 0) pairs.push([Math.min(4, weight), OF_KIND[kind]]);
  if (use.props.size) {
    const props = [...use.props].slice(0, 24).map(([n, inner]) => ({ n, s: depth > 2 ? { t: 'any' } : mixed(ofUse(inner, depth + 1), n), opt: true }));
    const object = pairs.find(([, shape]) => shape.t === 'object');
    if (object) pairs.splice(pairs.indexOf(object), 1);
    pairs.push([3 + (object?.[0] ?? 0), { t: 'object', props }]);
  }
  const hands = depth > 2 ? [] : use.hands.map(({ at, names, takes }) => ({ at, names, takes: takes.map((one) => ({ name: one.name, s: mixed(ofUse(one.use, depth + 2), one.name) })) }));
  if (hands.length) pairs.push([5, { t: 'fn', params: [], hands }]);
  for (const v of new Set(use.literals)) pairs.push([1, { t: 'lit', v }]);
  for (const name of new Set(use.classes)) pairs.push([1.5, { t: 'class', name, props: [] }]);
  return pairs;
}

/** One shape from pairs; nothing known: what the name suggests, else anything. */
function mixed(pairs, name = '') {
  const suggested = NAMED.find(([pattern]) => pattern.test(name))?.[1];
  const all = suggested ? [...pairs, [pairs.length && suggested.t !== 'path' ? 1 : 3, suggested]] : pairs;
  if (!all.length) return { t: 'any' };
  return { t: 'mix', of: [...all, [0.25, { t: 'any' }]] };
}

/** Whether a type says little: an object, a function. */
const vague = (typed) => (typed.t === 'object' && !typed.props?.length) || (typed.t === 'fn' && (!typed.ret || typed.ret.t === 'any'));

/** What use and name add to a type that says less than they do. */
function finer({ name, typed }, use) {
  const named = NAMED.find(([pattern]) => pattern.test(name))?.[1];
  if (typed.t === 'string') return named?.t === 'path' ? [[8, named]] : use.filter(([, shape]) => shape.t === 'path').map(([, shape]) => [6, shape]);
  if (!vague(typed)) return [];
  return [...use.filter(([, shape]) => shape.t === typed.t && (shape.props?.length || shape.hands)).map(([, shape]) => [6, shape]), ...(named?.t === 'callback' ? [[2, named]] : [])];
}

/** The shape of what a parameter takes. */
function shapeOf(parameter) {
  const initial = ofInitial(parameter.initial);
  const use = ofUse(parameter.use);
  if (parameter.typed) return { t: 'mix', of: [[vague(parameter.typed) ? 3 : 8, parameter.typed], ...finer(parameter, use), ...use.filter(([, s]) => s.t === 'lit').map(([, s]) => [0.5, s]), [0.12, { t: 'any' }]] };
  return mixed(initial ? [...use, [3, initial]] : use, parameter.name);
}

module.exports = { shapeOf, ofValue, mixed, ofUse };
