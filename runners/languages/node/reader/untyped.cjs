/** @file Takes types out of code for a file that has none. */
'use strict';

const { ts, walk, parse } = require('./syntax.cjs');

const ANNOTATED = [ts.isParameter, ts.isVariableDeclaration, ts.isPropertyDeclaration, ts.isFunctionLike];

/** Whether a file of this name has no types. */
const isPlain = (name) => /\.[cm]?jsx?$/.test(name);

/** The text without types where a file of this name has none; what holds none stays as it is. */
function untyped(text, name) {
  if (!isPlain(name) || isReadable(parse(text, name))) return text;
  const cuts = types(parse(text, 'typed.tsx').source).sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let made = '';
  let at = 0;
  for (const [from, to] of cuts) {
    if (from < at) continue; // inside of what is out already
    made += text.slice(at, from);
    at = to;
  }
  return made + text.slice(at);
}

/** Whether a text is read without types: what these mean is asked only where there are any, for `a < b > (c)` has two meanings. */
const isReadable = ({ source, broken }) => !broken.length && !types(source).length;

function types(source) {
  const found = [];
  walk(source, (node) => found.push(...typed(source, node)));
  return found;
}

/** What of a node is type alone, as places. */
function typed(source, node) {
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return [[node.getStart(source), node.end]];
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node)) return [[node.expression.end, node.end]];
  const found = [];
  if (node.type && ANNOTATED.some((is) => is(node))) found.push([node.questionToken ? node.questionToken.getStart(source) : node.type.pos - 1, node.type.end]);
  for (const list of [node.typeParameters, node.typeArguments]) if (list) found.push([list.pos - 1, closing(source, list.end)]);
  return found;
}

/** The place behind the `>` of a list. */
const closing = (source, end) => source.text.indexOf('>', end) + 1;

module.exports = { isPlain, untyped };
