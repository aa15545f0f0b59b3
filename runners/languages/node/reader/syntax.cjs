/** @file TypeScript's parser, which forgives what is broken, and a few questions that every reader has. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const ts = createRequire(path.join(path.resolve(process.env.TESTWRIGHT_TOOLS), 'tools.cjs'))('typescript');

/** The kind of source that a name stands for; what has no types may have JSX. */
function kind(name) {
  if (/\.[cm]?ts$/.test(name)) return ts.ScriptKind.TS;
  return /\.tsx$/.test(name) ? ts.ScriptKind.TSX : ts.ScriptKind.JSX;
}

/** The text of a file; '' for one that cannot be read, which costs only itself. */
function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The tree of a text; `broken` are the places of what is wrong with it. */
function parse(text, name) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, kind(name));
  const broken = source.parseDiagnostics.map(({ start, length }) => [start, start + length]);
  return { source, broken };
}

/** Whether somebody could take a text for a whole program. */
const whole = (text, name) => parse(text, name).broken.length === 0;

function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

const isFunction = (node) => ts.isFunctionLike(node) && Boolean(node.body);

/** Names that a pattern binds. */
function bound(name) {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((one) => (ts.isOmittedExpression(one) ? [] : bound(one.name)));
}

/** Names that a statement binds where it stands. */
function binds(node) {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap((one) => bound(one.name));
  return node.name && ts.isIdentifier(node.name) ? [node.name.text] : [];
}

/** Whether an identifier is one that is looked up: no key, no property, no declaration. */
function isRead(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) return (parent.expression ?? parent.left) === node;
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.name !== node;
  if (ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent) || ts.isLabeledStatement(parent)) return false;
  if (ts.isPropertySignature(parent) || ts.isEnumMember(parent) || ts.isJsxAttribute(parent)) return false;
  return !(parent.name === node && ts.isDeclarationStatement(parent)) && !((isFunction(parent) || ts.isClassLike(parent)) && parent.name === node);
}

/** Names that are looked up in a tree. */
function reads(node) {
  const found = new Set();
  walk(node, (one) => {
    if (ts.isIdentifier(one) && isRead(one)) found.add(one.text);
  });
  return found;
}

/** Names that are looked up and nowhere bound in the tree. */
function free(node) {
  const own = new Set();
  walk(node, (one) => {
    if (ts.isVariableDeclaration(one) || ts.isParameter(one)) bound(one.name).forEach((name) => own.add(name));
    if ((isFunction(one) || ts.isClassLike(one) || ts.isEnumDeclaration(one)) && one.name && ts.isIdentifier(one.name)) own.add(one.name.text);
  });
  return [...reads(node)].filter((name) => !own.has(name));
}

/** Text and lines of a node without what the whole is indented by; lines that begin inside of a literal stay as they are. */
function dedented(source, node) {
  const text = source.text.slice(node.getStart(source), node.end);
  const first = source.getLineAndCharacterOfPosition(node.getStart(source));
  const margin = source.text.split('\n')[first.line].match(/^[ \t]*/)[0];
  const fixed = new Set(literal(source, node).map((line) => line - first.line));
  return text.split('\n').map((line, i) => (i && !fixed.has(i) && line.startsWith(margin) ? line.slice(margin.length) : line)).join('\n');
}

/** Lines (from 0) that begin inside of a template literal. */
function literal(source, node) {
  const lines = [];
  walk(node, (one) => {
    if (!ts.isNoSubstitutionTemplateLiteral(one) && one.kind !== ts.SyntaxKind.TemplateHead && one.kind !== ts.SyntaxKind.TemplateMiddle && one.kind !== ts.SyntaxKind.TemplateTail) return;
    const from = source.getLineAndCharacterOfPosition(one.getStart(source)).line;
    const to = source.getLineAndCharacterOfPosition(one.end).line;
    for (let line = from + 1; line <= to; line += 1) lines.push(line);
  });
  return lines;
}

/** The words of a call from the left: `it.each(rows)('…')` → ['it', 'each']; [] for what is no plain name. */
function words(node) {
  if (ts.isIdentifier(node)) return [node.text];
  if (ts.isPropertyAccessExpression(node)) return words(node.expression).length ? [...words(node.expression), node.name.text] : [];
  if (ts.isCallExpression(node)) return words(node.expression);
  if (ts.isTaggedTemplateExpression(node)) return words(node.tag);
  return [];
}

module.exports = { ts, parse, textOf, whole, walk, isFunction, bound, binds, reads, free, dedented, literal, words };
