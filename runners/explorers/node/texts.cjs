/** @file Calls found in texts (tests, README, examples in comments), as trees. */
'use strict';

const { lit, arr, obj, make, fn } = require('./values.cjs');

const BUILT_IN = new Set(['Map', 'Set', 'Date', 'Error', 'TypeError', 'RangeError', 'Uint8Array', 'URL', 'RegExp']);
const LONGEST = 300_000;

/** The tree of an expression that needs nothing from outside; undefined for others. */
function tree(ts, node, source) {
  const inner = (one) => tree(ts, one, source);
  const all = (list) => {
    const made = list.map(inner);
    return made.includes(undefined) ? undefined : made;
  };
  if (ts.isStringLiteralLike(node)) return lit(node.text);
  if (ts.isNumericLiteral(node)) return lit(Number(node.text));
  if (ts.isBigIntLiteral(node)) return lit(BigInt(node.text.slice(0, -1)));
  if (ts.isRegularExpressionLiteral(node)) return { k: 're', source: node.text.slice(1, node.text.lastIndexOf('/')), flags: node.text.slice(node.text.lastIndexOf('/') + 1) };
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return inner(node.expression);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken && ts.isNumericLiteral(node.operand)) return lit(-Number(node.operand.text));
  const word = { [ts.SyntaxKind.TrueKeyword]: true, [ts.SyntaxKind.FalseKeyword]: false, [ts.SyntaxKind.NullKeyword]: null };
  if (node.kind in word) return lit(word[node.kind]);
  if (ts.isIdentifier(node)) return { undefined: lit(undefined), NaN: lit(NaN), Infinity: lit(Infinity) }[node.text];
  if (ts.isArrayLiteralExpression(node)) {
    const items = all(node.elements);
    return items && arr(items);
  }
  if (ts.isObjectLiteralExpression(node)) {
    const entries = node.properties.map((one) => (ts.isPropertyAssignment(one) && !ts.isComputedPropertyName(one.name) ? [one.name.text, inner(one.initializer)] : [undefined]));
    return entries.some(([key, value]) => key === undefined || value === undefined) ? undefined : obj(entries);
  }
  if (ts.isNewExpression(node) && BUILT_IN.has(node.expression.getText(source))) {
    const items = all(node.arguments ?? []);
    return items && make(node.expression.getText(source), ...items);
  }
  if ((ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && node.getText(source).length < 80 && closed(ts, node, source)) {
    return fn(node.getText(source));
  }
  return undefined;
}

/** Whether a function uses only its parameters and what is global. */
function closed(ts, node, source) {
  const own = new Set(node.parameters.map((one) => one.name.getText(source)));
  let fine = !node.parameters.some((one) => one.type) && !node.type;
  const visit = (one) => {
    if (ts.isIdentifier(one) && !ts.isPropertyAccessExpression(one.parent) && !ts.isPropertyAssignment(one.parent) && !own.has(one.text) && !(one.text in globalThis)) fine = false;
    if (ts.isVariableDeclaration(one)) own.add(one.name.getText(source));
    ts.forEachChild(one, visit);
  };
  if (node.body) visit(node.body);
  return fine;
}

/** Pieces of code in a text that is no code: fenced blocks, lines of examples. */
function pieces(file, text) {
  if (/\.[cm]?[jt]sx?$/.test(file)) return [text];
  const fenced = [...text.matchAll(/```\w*\n([\s\S]*?)```/g)].map((found) => found[1]);
  return fenced.length ? fenced : text.split('\n').filter((line) => /\w\(.*\)/.test(line));
}

/** The code in comments: what follows `@example`, and lines that look like calls. */
function commented(doc) {
  return doc.replace(/\/\*\*|\*\//g, '').split('\n').map((line) => line.replace(/^\s*\*? ?(?:>\s*)?/, '').replace(/^@example\s*/, '')).filter((line) => /\w\(.*\)/.test(line) && !/^@/.test(line));
}

/**
 * Every call with known arguments: [name, arguments, origin]; for methods the last name.
 *
 * @param {object} ts
 * @param {Array<[string, string, string]>} texts name of file, text, origin
 */
function calls(ts, texts) {
  const found = [];
  for (const [file, text, origin] of texts) {
    for (const piece of pieces(file, text.slice(0, LONGEST))) {
      const source = ts.createSourceFile(/\.[jt]sx?$/.test(file) ? file : 'text.tsx', piece, ts.ScriptTarget.Latest, true);
      const visit = (node) => {
        if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && found.length < 2000) {
          const items = (node.arguments ?? []).map((one) => tree(ts, one, source));
          const name = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : node.expression.getText(source);
          if (/^[\w$]+$/.test(name)) found.push({ name, items, made: ts.isNewExpression(node), origin, whole: !items.includes(undefined) });
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
  }
  return found;
}

module.exports = { calls, commented };
