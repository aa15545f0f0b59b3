/** @file Lines of a project's other code that call what a file exports. */
'use strict';

const path = require('node:path');
const { ts, parse, textOf, walk } = require('./syntax.cjs');
const surface = require('./surface.cjs');

const CALLS = 2;
const LINE = 100;

/** @param {{root: string, text: string, name: string, paths: string[]}} request */
module.exports = ({ root, text, name, paths }) => {
  const { names, whole } = surface({ text, name });
  const wanted = new Set([...names, whole].filter((one) => one && one !== 'default'));
  const stem = bare(path.posix.basename(name));
  const found = {};
  if (!wanted.size) return found;
  const quick = new RegExp(`\\b(?:${[...wanted].map((one) => one.replace(/\$/g, '\\$')).join('|')})\\(`);
  for (const file of paths) {
    const code = textOf(`${root}/${file}`);
    if (!quick.test(code) || !code.includes(stem === 'index' ? '.' : stem)) continue;
    sites(code, file, wanted, found);
  }
  return found;
};

const bare = (name) => name.replace(/\.[cm]?[jt]sx?$/, '');

function sites(code, file, wanted, found) {
  const { source } = parse(code, file);
  const lines = code.split('\n');
  const own = new Set(source.statements.filter((node) => ts.isFunctionDeclaration(node) && node.name).map((node) => node.name.text));
  walk(source, (node) => {
    if (!ts.isCallExpression(node)) return;
    const callee = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
    if (!ts.isIdentifier(callee) || !wanted.has(callee.text) || own.has(callee.text)) return;
    const line = lines[source.getLineAndCharacterOfPosition(node.getStart(source)).line].trim().slice(0, LINE);
    const list = (found[callee.text] ??= []);
    if (list.length < CALLS && !list.includes(line)) list.push(line);
  });
}
