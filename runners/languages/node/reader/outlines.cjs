/** @file What a file takes from elsewhere in the project, one line each: constructors, types, enumerations, constants. */
'use strict';

const path = require('node:path');
const { ts, parse, textOf, binds } = require('./syntax.cjs');

const MOST = 12;
const LONG = 200;
const ENDINGS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '/index.ts', '/index.js'];

/** @param {{root: string, text: string, name: string, allowed: string[]}} request */
module.exports = ({ root, text, name, allowed }) => {
  const known = new Set(allowed);
  const found = [];
  for (const [specifier, names] of taken(parse(text, name).source)) {
    const file = resolved(specifier, path.posix.dirname(name), known);
    if (!file) continue;
    const { source } = parse(textOf(`${root}/${file}`), file);
    const inside = (ts.isSourceFile(source) ? source.statements : []).filter((node) => binds(node).some((one) => names.has(one)));
    for (const node of inside) found.push(...lines(source, node, names));
  }
  return found.slice(0, MOST).join('\n');
};

/** Specifier → names, of all imports and requires of files. */
function taken(source) {
  const found = new Map();
  const add = (specifier, names) => (specifier.startsWith('.') ? found.set(specifier, new Set([...(found.get(specifier) ?? []), ...names])) : undefined);
  for (const node of source.statements) {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const named = node.importClause?.namedBindings;
      const names = named && ts.isNamedImports(named) ? named.elements.map((one) => (one.propertyName ?? one.name).text) : [];
      add(node.moduleSpecifier.text, [...names, ...(node.importClause?.name ? [node.importClause.name.text] : [])]);
    }
    if (!ts.isVariableStatement(node)) continue;
    for (const one of node.declarationList.declarations) {
      const loaded = /^require\((['"])([^'"]+)\1\)/.exec(one.initializer?.getText(source) ?? '');
      if (loaded) add(loaded[2], ts.isIdentifier(one.name) ? [one.name.text] : one.name.elements.map((part) => (part.propertyName ?? part.name).getText(source)));
    }
  }
  return found;
}

function resolved(specifier, folder, known) {
  const plain = path.posix.normalize(path.posix.join(folder, specifier));
  const bare = plain.replace(/\.[cm]?jsx?$/, '');
  return [plain, ...ENDINGS.map((end) => plain + end), ...ENDINGS.map((end) => bare + end)].find((one) => known.has(one)) ?? '';
}

function* lines(source, node, names) {
  const text = (one) => one.getText(source).replace(/\s+/g, ' ');
  if (ts.isClassDeclaration(node)) {
    const made = node.members.find((one) => ts.isConstructorDeclaration(one));
    yield cut(` ${node.name.text}(${made ? made.parameters.map(text).join(', ') : ''})`);
  } else if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node)) {
    yield cut(` ${node.name.text}: ${text(node).replace(/^export /, '')}`);
  } else if (ts.isVariableStatement(node)) {
    for (const one of node.declarationList.declarations) {
      const plain = one.initializer && !ts.isFunctionLike(one.initializer) && ts.isIdentifier(one.name) && names.has(one.name.text);
      if (plain) yield cut(` ${one.name.text} = ${text(one.initializer)}`);
    }
  }
}

const cut = (text) => (text.length > LONG ? `${text.slice(0, LONG - 1)}…` : text);
