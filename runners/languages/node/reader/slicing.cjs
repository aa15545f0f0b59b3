/** @file Which lines of a unit somebody has to see who shall reach some of them. Lines count from 1. */
'use strict';

const { ts, isFunction, binds, reads } = require('./syntax.cjs');

const SHORT = 40;
const LONG = 6;

function span(source, node) {
  const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  return [first, source.getLineAndCharacterOfPosition(node.end).line + 1];
}

function range([from, to]) {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

/** The lines of a unit that are shown: all of a short one, else what leads to the wanted lines. */
function shown(source, node, wanted) {
  const whole = span(source, node);
  if (whole[1] - whole[0] < SHORT) return new Set(range(whole));
  const lines = new Set([whole[0], whole[1], ...signature(source, node)]);
  for (let times = 0; times < 2; times += 1) visit(source, node, wanted, needed(source, node, lines), lines);
  return lines;
}

/** Lines of everything before the body. */
function signature(source, node) {
  const inner = first(node, (one) => isFunction(one));
  if (!inner) return [];
  return range([span(source, node)[0], source.getLineAndCharacterOfPosition(inner.body.getStart(source)).line + 1]);
}

function first(node, test) {
  if (test(node)) return node;
  return ts.forEachChild(node, (child) => first(child, test));
}

/** Names that are used in the lines which are shown. */
function needed(source, node, lines) {
  const found = new Set();
  const look = (one) => {
    if (ts.isStatement(one) && lines.has(span(source, one)[0])) reads(one).forEach((name) => found.add(name));
    ts.forEachChild(one, look);
  };
  look(node);
  return found;
}

function visit(source, node, wanted, used, lines) {
  ts.forEachChild(node, (child) => {
    if (!ts.isStatement(child) || ts.isBlock(child)) return visit(source, child, wanted, used, lines);
    const place = span(source, child);
    const open = range(place).some((line) => wanted.has(line));
    const short = place[1] - place[0] < LONG;
    if (!open) {
      const told = ts.isReturnStatement(child) || ts.isThrowStatement(child);
      if (short && (told || binds(child).some((name) => used.has(name)) || assigns(child, used))) range(place).forEach((line) => lines.add(line));
      return undefined;
    }
    if (short || !blocks(child)) range(place).forEach((line) => lines.add(line));
    else {
      lines.add(place[0]);
      lines.add(place[1]);
      heads(source, child).forEach((line) => lines.add(line));
      visit(source, child, wanted, used, lines);
    }
    return undefined;
  });
}

const assigns = (node, used) => ts.isExpressionStatement(node) && ts.isBinaryExpression(node.expression) && ts.isIdentifier(node.expression.left) && used.has(node.expression.left.text);

const blocks = (node) => Boolean(first(node, (one) => one !== node && (ts.isBlock(one) || ts.isCaseBlock(one))));

/** Lines with the brackets and words around the blocks of a statement: `} else {`, `case 1:`. */
function heads(source, node) {
  const found = [];
  ts.forEachChild(node, (child) => {
    if (ts.isBlock(child) || ts.isCaseBlock(child)) found.push(...span(source, child));
    if (ts.isCaseBlock(child)) child.clauses.forEach((one) => found.push(span(source, one)[0]));
    if (ts.isIfStatement(child) || ts.isCatchClause(child)) found.push(span(source, child)[0], ...heads(source, child));
  });
  return found;
}

module.exports = { shown, span, range };
