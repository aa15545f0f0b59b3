/** @file Whether an input is one that types allow. What cannot be told is. */
'use strict';

const OF = { string: 'string', number: 'number', boolean: 'boolean', bigint: 'bigint' };

/** Whether a tree may be of a shape that a type gave. */
function fits(shape, node) {
  if (!shape || shape.t === 'any' || ['call', 'member', 'var', 'raw', 'ref'].includes(node.k)) return true;
  if (shape.t === 'union') return shape.of.some((one) => fits(one, node));
  if (node.k === 'lit') return shape.t === 'lit' ? Object.is(shape.v, node.v) : typeof node.v === OF[shape.t];
  if (shape.t === 'array') return node.k === 'arr' && node.items.every((item) => fits(shape.of, item));
  if (shape.t === 'tuple') return node.k === 'arr' && node.items.length === shape.of.length && node.items.every((item, index) => fits(shape.of[index], item));
  if (shape.t === 'object' || shape.t === 'class') return node.k === 'new' || (node.k === 'obj' && object(shape, node));
  if (shape.t === 'dict') return node.k === 'obj' && node.items.every((item) => fits(shape.of, item));
  if (shape.t === 'fn') return node.k === 'fn';
  return node.k === 'new' || node.k === 're';
}

function object(shape, node) {
  const props = shape.props ?? [];
  const known = new Map(props.map((one) => [one.n, one.s]));
  return props.every((one) => one.opt || node.keys.includes(one.n)) && node.keys.every((key, index) => !props.length || (known.has(key) && fits(known.get(key), node.items[index])));
}

/** How many arguments of a call are none that its types allow. */
function misfits(subject, call) {
  if (!subject.info || (call.k !== 'call' && call.k !== 'new')) return 0;
  const given = call.items.slice(call.k === 'call' ? 1 : 0);
  let count = 0;
  subject.info.parameters.forEach((parameter, index) => {
    if (parameter.typed && given[index] && !(parameter.optional && given[index].v === undefined && given[index].k === 'lit') && !fits(parameter.typed, given[index])) count += 1;
  });
  return count;
}

module.exports = { fits, misfits };
