/** @file Whether a test can fail, and whether it reaches for what is private. */
'use strict';

const { ts, walk, words } = require('./syntax.cjs');

const VOID = new Set(['toBeDefined', 'toMatchSnapshot', 'toMatchFileSnapshot', 'toThrowErrorMatchingSnapshot', 'assertions', 'hasAssertions']);
const EMPTY = new Set(['toMatchInlineSnapshot', 'toThrowErrorMatchingInlineSnapshot']);
const NOT = new Set(['toBeNull', 'toBeUndefined']);
const LITERAL = /^(?:true|false|null|undefined|-?\d[\w.]*|'[^']*'|"[^"]*"|`[^`$]*`|[[{]\s*[\]}])$/;

/** Whether any assertion in a tree can fail; `known`: local name → name of assertions that are imported by name. */
function asserts(root, known) {
  let found = false;
  walk(root, (node) => {
    if (found || !ts.isCallExpression(node) || isSwallowed(node, known)) return;
    const said = words(node.expression);
    if (known.has(said[0])) found = asserted(node, [known.get(said[0]), ...said.slice(1)]);
    else if (said[0] === 'assert') found = asserted(node, said);
    else if (said[0] === 'expect') found = expected(node, said);
  });
  if (!found) walk(root, (node) => (found ||= ts.isExpressionStatement(node) && ts.isPropertyAccessExpression(node.expression) && chained(node.expression)));
  return found;
}

function asserted(node, said) {
  const [first, second] = node.arguments.map((one) => one.getText());
  if (said.at(-1) === 'fail') return true;
  if (first === undefined) return false;
  return !LITERAL.test(first) || (second !== undefined && !LITERAL.test(second) && first !== second);
}

function expected(node, said) {
  if (said.length < 2) return false; // `expect(x)` alone
  const last = said.at(-1);
  if (said.some((word) => word === 'resolves' || word === 'rejects') && !isWaitedFor(node)) return false;
  if (/^expect\.(?:anything\(\)|any\(Object\))$/.test(node.arguments[0]?.getText() ?? '')) return false;
  if (VOID.has(last) || (EMPTY.has(last) && !node.arguments.length) || (said.includes('not') && NOT.has(last))) return false;
  const subject = subjectOf(node);
  return subject !== null && !(LITERAL.test(subject) && (!node.arguments.length || LITERAL.test(node.arguments[0].getText()))) && subject !== node.arguments[0]?.getText();
}

/** Whether an error in a node is caught by the test itself, which then says nothing. */
function isSwallowed(node, known) {
  for (let at = node; at.parent; at = at.parent) {
    if (!ts.isTryStatement(at.parent) || at.parent.tryBlock !== at || !at.parent.catchClause) continue;
    let speaks = false;
    walk(at.parent.catchClause.block, (one) => {
      const said = ts.isCallExpression(one) ? words(one.expression)[0] : undefined;
      speaks ||= ts.isThrowStatement(one) || said === 'expect' || said === 'assert' || known.has(said);
    });
    if (!speaks) return true;
  }
  return false;
}

/** Whether a promise is awaited, or given to the runner. */
function isWaitedFor(node) {
  let at = node.parent;
  while (at && (ts.isPropertyAccessExpression(at) || ts.isCallExpression(at) || ts.isParenthesizedExpression(at) || ts.isArrayLiteralExpression(at))) at = at.parent;
  return at !== undefined && (ts.isAwaitExpression(at) || ts.isReturnStatement(at) || (ts.isArrowFunction(at) && !ts.isBlock(at.body)));
}

/** What is inside of `expect(…)`, from the end of its chain. */
function subjectOf(node) {
  let at = node;
  while (at && !(ts.isCallExpression(at) && ts.isIdentifier(at.expression) && at.expression.text === 'expect')) at = at.expression;
  return at?.arguments?.[0]?.getText() ?? null;
}

/** `expect(x).to.be.true`: an assertion that is no call. */
function chained(node) {
  const subject = words(node)[0] === 'expect' ? subjectOf(node) : null;
  return subject !== null && !LITERAL.test(subject);
}

/** A private name of something that is not the test's own; '' when there is none. */
function hidden(root) {
  let found = '';
  walk(root, (node) => {
    if (ts.isPropertyAccessExpression(node) && own(node.name.text) && node.expression.kind !== ts.SyntaxKind.ThisKeyword) found ||= node.name.text;
    if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression) && own(node.argumentExpression.text)) found ||= node.argumentExpression.text;
  });
  return found;
}

const own = (name) => /^(?:_(?!_)\w|#)/.test(name) || name === '__get__' || name === '__set__';

module.exports = { asserts, hidden };
