/** @file Cases: what is arranged, and the call. Their texts and what they weigh. */
'use strict';

const { print, size, walk, evaluated } = require('./values.cjs');

/**
 * @typedef {object} Case
 * @property {number} subject index of the subject
 * @property {string} unit
 * @property {string} kind
 * @property {Array<{name: string, node: object, awaited?: boolean}>} steps
 * @property {object} call
 * @property {string} origin
 */

/** The trees of a case, the call last. */
const trees = (one) => [...one.steps.map((step) => step.node), one.call];

/** A case with another tree at a place. */
function withTree(one, index, node) {
  if (index === one.steps.length) return { ...one, call: node };
  return { ...one, steps: one.steps.map((step, at) => (at === index ? { ...step, node } : step)) };
}

/** The whole text, which tells cases apart. */
function text(one, names) {
  const named = (path) => names.text(path);
  return [...one.steps.map((step) => `${step.name ? `const ${step.name} = ` : ''}${step.awaited ? 'await ' : ''}${print(step.node, named)}`), print(one.call, named)].join('; ');
}

/** How odd a leaf is to read. */
function oddness(node) {
  if (node.k === 'fn') return 1.5;
  if (node.k === 'ref') return node.path.includes('#') ? 0 : 1;
  if (node.k === 'new') return node.path in globalThis ? 0.3 : 1.5;
  if (node.k !== 'lit') return node.k === 'raw' ? 2 : 0;
  const { v } = node;
  if (typeof v === 'string') return (v.match(/[^\w .,:-]/g)?.length ?? 0) * 0.6;
  if (typeof v === 'number') return Number.isFinite(v) ? (Number.isInteger(v) ? 0 : 0.4) + (Math.abs(v) > 1000 ? 1 : 0) + (v < 0 || Object.is(v, -0) ? 0.3 : 0) : 1.5;
  return v === undefined ? 0.5 : 0;
}

/** What a reader has to take in. */
function weight(one) {
  let total = one.steps.length * 2;
  for (const tree of trees(one)) {
    total += size(tree);
    for (const [, node] of walk(tree)) total += oddness(node);
  }
  return total;
}

/** A case as a line of JSON; numbers and words that JSON has not are written as source. */
function dump(one) {
  return JSON.stringify(one, (key, value) => {
    if (value === null || typeof value !== 'object' || value.k !== 'lit') return value;
    const { v } = value;
    const odd = v === undefined || typeof v === 'bigint' || (typeof v === 'number' && (!Number.isFinite(v) || Object.is(v, -0)));
    return odd ? { k: 'lit', x: print(value) } : value;
  });
}

/** The case of a line of JSON. */
function load(line) {
  return JSON.parse(line, (key, value) => (value?.k === 'lit' && value.x ? { k: 'lit', v: evaluated(value.x) } : value));
}

module.exports = { dump, load, trees, withTree, text, weight };
