/** @file Makes a case smaller and plainer while it still does what it was kept for. */
'use strict';

const { lit, arr, obj, fn, walk, replaced } = require('./values.cjs');
const { trees, withTree, weight } = require('./cases.cjs');
const { misfits } = require('./fits.cjs');

const WORDS = ['', 'a', 'abc', 'a b', '1'];
const NUMBERS = [0, 1, 2, 3, 10];
const PLAIN_FUNCTIONS = ['() => {}', '(x) => x', '() => true', '() => 1'];

/** Smaller things in place of a node. */
function* smaller(node) {
  if (node.k === 'lit') {
    const { v } = node;
    if (typeof v === 'string') {
      for (const word of WORDS) if (word.length <= v.length && word !== v) yield lit(word);
      for (let count = v.length >> 1; count >= 1; count >>= 1) {
        for (let at = 0; at < v.length && at < 60; at += count) yield lit(v.slice(0, at) + v.slice(at + count));
      }
      for (let at = 0; at < v.length && at < 24; at++) if (/[^a-z]/.test(v[at])) yield lit(`${v.slice(0, at)}a${v.slice(at + 1)}`);
    } else if (typeof v === 'number') {
      for (const other of NUMBERS) if (other !== v) yield lit(other);
      if (!Number.isInteger(v) && Number.isFinite(v)) yield lit(Math.round(v));
      if (Math.abs(v) > 10 && Number.isFinite(v)) for (const by of [1e9, 1000, 10, 2]) if (Math.abs(v) > by) yield lit(Math.trunc(v / by));
      if (Math.abs(v) > 10 && Math.abs(v) < 2 ** 53) yield lit(v > 0 ? v - 1 : v + 1);
      if (v < 0) yield lit(-v);
    }
    return;
  }
  if (node.k === 'arr' || node.k === 'obj') {
    const rebuild = (indexes) => (node.k === 'arr' ? arr(indexes.map((index) => node.items[index])) : obj(indexes.map((index) => [node.keys[index], node.items[index]])));
    const all = node.items.map((_, index) => index);
    if (all.length > 1) yield rebuild([]);
    for (let count = all.length >> 1 || 1; count >= 1 && all.length; count >>= 1) {
      for (let at = 0; at < all.length; at += count) yield rebuild(all.filter((index) => index < at || index >= at + count));
      if (count === 1) break;
    }
    for (const item of node.items) if (item.k === node.k) yield item;
  }
  if (node.k === 'fn') for (const text of PLAIN_FUNCTIONS) if (text.length < node.text.length) yield fn(text);
  if ((node.k === 'call' || node.k === 'member' || node.k === 'raw') && node.items?.length !== 0) yield lit(1);
}

/** Cases smaller than one. */
function* candidates(one, mutator) {
  for (let index = one.steps.length - 1; index >= 0; index--) {
    yield { ...one, steps: one.steps.filter((_, at) => at !== index) };
  }
  const { call } = one;
  const first = call.k === 'call' ? 1 : 0;
  if (call.k === 'call' || call.k === 'new') {
    const required = first + mutator.subjects.list[one.subject].required;
    for (let count = Math.min(required, call.items.length); count < call.items.length; count++) yield { ...one, call: { ...call, items: call.items.slice(0, count) } };
  }
  const all = trees(one);
  for (const [index, tree] of all.entries()) {
    if (index < one.steps.length && (tree.k === 'new' || tree.k === 'call')) {
      for (let count = tree.k === 'call' ? 1 : 0; count < tree.items.length; count++) yield withTree(one, index, { ...tree, items: tree.items.slice(0, count) });
    }
  }
  const places = mutator.places(one).sort((a, b) => [...walk(b[2])].length - [...walk(a[2])].length);
  for (const [index, path, node] of places) {
    for (const other of smaller(node)) yield withTree(one, index, replaced(all[index], path, other));
  }
}

/**
 * The plainest case found that is still accepted.
 *
 * @param {object} one
 * @param {(one: object) => Promise<boolean>} still
 * @param {object} mutator
 * @param {number} most tries
 */
async function shrink(one, still, mutator, most) {
  let best = one;
  let cost = weight(one);
  const subject = mutator.subjects.list[one.subject];
  const odd = misfits(subject, one.call);
  let tries = 0;
  for (let progress = true; progress && tries < most; ) {
    progress = false;
    for (const other of candidates(best, mutator)) {
      const now = weight(other);
      if (now >= cost || misfits(subject, other.call) > odd) continue;
      if (++tries > most) break;
      if (await still(other)) {
        best = other;
        cost = now;
        progress = true;
        break;
      }
    }
  }
  return best;
}

module.exports = { shrink };
