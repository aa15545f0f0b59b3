/** @file Takes texts apart that may be tests: imports, tests each with the groups it stands in, and what they need besides. */
'use strict';

const { ts, parse, walk, binds, free, dedented, literal, words } = require('./syntax.cjs');
const { formatter } = require('./formatting.cjs');
const { asserts, hidden } = require('./judging.cjs');
const { isPlain, untyped } = require('./untyped.cjs');

const TEST = new Set(['it', 'test', 'specify']);
const GROUP = new Set(['describe', 'suite', 'context']);
const HOOK = new Set(['beforeEach', 'afterEach', 'beforeAll', 'afterAll', 'before', 'after']);
const TOOL = new Set(['vi', 'jest']);
const LEFT_OUT = new Set(['skip', 'todo', 'fails', 'failing', 'skipIf', 'runIf']);
const ASSERTING = /^(?:node:)?assert(?:\/strict)?$/;
const MOST = 400;
const CLOSERS = 12;

/** @param {{blocks: string[], name: string, style: object}} request */
module.exports = ({ blocks, name, style }) => {
  const format = formatter(style);
  const found = { imports: [], parts: [] };
  for (const block of blocks) {
    const { source, broken } = repaired(untyped(block, name), name);
    const page = { source, broken, name, format, style, found };
    for (const statement of source.statements) top(page, statement);
  }
  return { imports: found.imports, parts: found.parts.slice(0, MOST) };
};

/** The tree of a text, with the brackets that its end lacks when it ends where a statement does. */
function repaired(text, name) {
  let made = parse(text, name);
  let more = text.trimEnd();
  if (!made.broken.length || !/[;})]$/.test(more)) return made;
  for (let times = 0; times < CLOSERS; times += 1) {
    const open = unclosed(more);
    if (!open) break;
    more += `${times ? '' : '\n'}${open}`;
    const next = parse(more, name);
    if (!next.broken.length) return next;
  }
  return made;
}

/** The bracket that closes what a text leaves open last; '' when nothing is. */
function unclosed(text) {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
  const { OpenBraceToken, CloseBraceToken, OpenParenToken, CloseParenToken, OpenBracketToken, CloseBracketToken, EndOfFileToken } = ts.SyntaxKind;
  const pairs = new Map([[OpenBraceToken, '}'], [OpenParenToken, ')'], [OpenBracketToken, ']']]);
  const closing = new Set([CloseBraceToken, CloseParenToken, CloseBracketToken]);
  const open = [];
  for (let token = scanner.scan(); token !== EndOfFileToken; token = scanner.scan()) {
    if (pairs.has(token)) open.push(pairs.get(token));
    else if (closing.has(token)) open.pop();
  }
  return open.at(-1) ?? '';
}

/** Whether something in a statement could not be read; what lacks at the end of the text lacks in all that goes on until there. */
function damaged({ source, broken }, node) {
  const start = node.getStart(source);
  const last = source.text.trimEnd().length;
  return broken.some(([at]) => (at >= start && at < node.end) || (at >= last && node.end >= last));
}

function top(page, node) {
  if (ts.isImportDeclaration(node)) imported(page, node);
  else if (!required(page, node)) level(page, node, []);
}

// ---- imports --------------------------------------------------------------------------------------------------------

function imported({ source, broken, found, name: file }, node) {
  if (!ts.isStringLiteral(node.moduleSpecifier) || damaged({ source, broken }, node)) return;
  const module = node.moduleSpecifier.text;
  const clause = node.importClause;
  const add = (name, local, type = Boolean(clause?.isTypeOnly)) => {
    if (!type || !isPlain(file)) found.imports.push({ module, name, local, type });
  };
  if (!clause) return add('', '');
  if (clause.name) add('default', clause.name.text);
  const named = clause.namedBindings;
  if (named && ts.isNamespaceImport(named)) add('*', named.name.text);
  if (!named || !ts.isNamedImports(named)) return;
  for (const one of named.elements) add((one.propertyName ?? one.name).text, one.name.text, clause.isTypeOnly || one.isTypeOnly);
}

/** `const x = require('…')` in all of its forms. */
function required({ source, broken, found }, node) {
  if (!ts.isVariableStatement(node) || damaged({ source, broken }, node)) return false;
  const each = node.declarationList.declarations.map((one) => [one, load(one.initializer)]);
  if (each.some(([, loaded]) => !loaded)) return false;
  for (const [one, { module, name }] of each) {
    if (ts.isIdentifier(one.name)) found.imports.push({ module, name: name || '*', local: one.name.text });
    else if (ts.isObjectBindingPattern(one.name)) {
      for (const part of one.name.elements) {
        if (ts.isIdentifier(part.name)) found.imports.push({ module, name: part.propertyName?.text ?? part.name.text, local: part.name.text });
      }
    }
  }
  return true;
}

function load(node) {
  if (!node) return null;
  if (ts.isAwaitExpression(node)) return load(node.expression);
  if (ts.isPropertyAccessExpression(node)) {
    const inner = load(node.expression);
    return inner && !inner.name ? { module: inner.module, name: node.name.text } : null;
  }
  const called = ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require'));
  return called && node.arguments.length === 1 && ts.isStringLiteral(node.arguments[0]) ? { module: node.arguments[0].text, name: '' } : null;
}

// ---- tests and what they need ---------------------------------------------------------------------------------------

/** One statement at the top of a file or of a group. */
function level(page, node, path) {
  const call = ts.isExpressionStatement(node) && ts.isCallExpression(node.expression) ? node.expression : null;
  const said = call ? words(call.expression) : [];
  if (said.some((word) => LEFT_OUT.has(word)) && (TEST.has(said[0]) || GROUP.has(said[0]))) return;
  if (call && GROUP.has(said[0]) && !said.includes('each')) return group(page, call, path);
  if (damaged(page, node)) return;
  if (call && TEST.has(said[0])) return test(page, node, call, path);
  const inner = tests(node);
  if (inner.length) return inner.length === 1 && table(page, node, inner[0], path);
  const setup = call ? HOOK.has(said[0]) || TOOL.has(said[0]) : binds(node).length > 0;
  if (setup) add(page, node, { kind: call ? 'hook' : 'setup', path });
}

function group(page, call, path) {
  const [title, action] = [call.arguments[0], call.arguments.find((one) => ts.isFunctionLike(one))];
  const name = titled(page, title);
  if (name === null || !action?.body || !ts.isBlock(action.body)) return;
  for (const node of action.body.statements) level(page, node, [...path, name]);
}

function test(page, node, call, path) {
  const name = titled(page, call.arguments[0]);
  if (name !== null && call.arguments.some((one) => ts.isFunctionLike(one))) add(page, node, { kind: 'test', path, title: name });
}

/** A loop around one test. */
function table(page, node, call, path) {
  const name = titled(page, call.arguments[0]);
  if (name !== null) add(page, node, { kind: 'test', path, title: name });
}

function tests(node) {
  const found = [];
  walk(node, (one) => {
    if (ts.isCallExpression(one) && TEST.has(words(one.expression)[0]) && !ts.isCallExpression(one.parent) && one.arguments.some((each) => ts.isFunctionLike(each))) found.push(one);
  });
  return found;
}

/** What a runner shows for a title; null for one that is no literal. */
function titled({ source }, node) {
  if (!node) return null;
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText(source).slice(1, -1) : null;
}

function add({ source, name, format, style, found }, node, part) {
  const bare = plain(dedented(source, node), style);
  const text = format(part.kind === 'setup' ? bare : opened(bare, name), name);
  const { source: again, broken } = parse(text, name);
  const made = again.statements[0];
  if (!made || broken.length) return; // it would take all that follows with it
  found.parts.push({
    ...part,
    text,
    raw: part.kind === 'test' ? tests(made)[0]?.arguments[0].getText(again) ?? '' : '',
    binds: part.kind === 'setup' ? binds(made) : [],
    uses: free(again),
    fixed: literal(again, again),
    asserts: part.kind === 'test' && asserts(again, asserting(found.imports)),
    hidden: part.kind === 'test' ? hidden(again) : '',
  });
}

/** Local name → what it is called in the library, for assertions that are imported by name. */
const asserting = (imports) => new Map(imports.filter(({ module }) => ASSERTING.test(module)).map(({ name, local }) => [local, name]));

/** With what a test does on lines of its own. */
function opened(text, name) {
  const { source } = parse(text, name);
  const places = [];
  walk(source, (node) => {
    if (!ts.isBlock(node) || !ts.isFunctionLike(node.parent) || !ts.isCallExpression(node.parent.parent)) return;
    const said = words(node.parent.parent.expression)[0];
    if ((TEST.has(said) || HOOK.has(said)) && node.statements.length && !node.getText(source).includes('\n')) places.push(node.getStart(source) + 1, node.statements.end);
  });
  return places.sort((a, b) => b - a).reduce((made, at) => `${made.slice(0, at)}\n${made.slice(at).trimStart()}`, text);
}

/** Without `.only`, and with the word that the project has for a test. */
function plain(text, { word }) {
  const bare = text.replace(/^((?:it|test|specify))\.only\b/, '$1');
  return word ? bare.replace(/^(?:it|test|specify)\b(?=[.(`])/, word) : bare;
}
