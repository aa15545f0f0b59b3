/** @file What a file gives to whoever imports it. */
'use strict';

const { ts, parse, walk, bound, words } = require('./syntax.cjs');

/**
 * @param {{text: string, name: string}} request
 * @returns {{names: string[], whole: string, common: boolean, open: boolean}} exported names ('default' among them), what the default or
 *   the whole is called, whether it is CommonJS, and whether there may be names that cannot be seen
 */
function surface({ text, name }) {
  const { source } = parse(text, name);
  const found = { names: new Set(), whole: '', common: false, open: false };
  for (const node of source.statements) exported(node, found);
  if (!found.names.size && !found.open) walk(source, (node) => assigned(node, found));
  return { ...found, names: [...found.names] };
}

const has = (node, kind) => (ts.canHaveModifiers(node) ? ts.getModifiers(node) ?? [] : []).some((one) => one.kind === kind);

function exported(node, found) {
  if (ts.isExportAssignment(node)) {
    if (node.isExportEquals) Object.assign(found, { common: true, open: true });
    else found.names.add('default');
    found.whole = ts.isIdentifier(node.expression) ? node.expression.text : '';
  } else if (ts.isExportDeclaration(node)) {
    if (!node.exportClause) found.open = true;
    else if (ts.isNamespaceExport(node.exportClause)) found.names.add(node.exportClause.name.text);
    else {
      for (const one of node.exportClause.elements) {
        found.names.add(one.name.text);
        if (one.name.text === 'default') found.whole = (one.propertyName ?? one.name).text;
      }
    }
  } else if (has(node, ts.SyntaxKind.ExportKeyword)) declared(node, found);
}

function declared(node, found) {
  if (has(node, ts.SyntaxKind.DefaultKeyword)) {
    found.names.add('default');
    found.whole = node.name?.text ?? '';
  } else if (ts.isVariableStatement(node)) node.declarationList.declarations.flatMap((one) => bound(one.name)).forEach((one) => found.names.add(one));
  else if (node.name && ts.isIdentifier(node.name)) found.names.add(node.name.text);
}

/** `exports.x = …`, `module.exports = …`, `module.exports.x = …`, `Object.defineProperty(exports, 'x', …)`. */
function assigned(node, found) {
  if (ts.isCallExpression(node) && words(node.expression).join('.') === 'Object.defineProperty' && /^(?:module\.)?exports$/.test(node.arguments[0]?.getText() ?? '')) {
    if (ts.isStringLiteralLike(node.arguments[1]) && node.arguments[1].text !== '__esModule') found.names.add(node.arguments[1].text);
    found.common = true;
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return;
  const said = words(node.left);
  const place = said[0] === 'module' && said[1] === 'exports' ? said.slice(2) : said[0] === 'exports' ? said.slice(1) : null;
  if (!place) return;
  found.common = true;
  if (place.length === 1) found.names.add(place[0]);
  if (place.length) return;
  const value = node.right;
  if (ts.isIdentifier(value)) found.whole = value.text;
  else if ((ts.isFunctionExpression(value) || ts.isClassExpression(value)) && value.name) found.whole = value.name.text;
  if (ts.isObjectLiteralExpression(value)) {
    for (const one of value.properties) {
      if (one.name && (ts.isIdentifier(one.name) || ts.isStringLiteral(one.name))) found.names.add(one.name.text);
      else found.open = true;
    }
  } else if (ts.isCallExpression(value)) found.open = true;
}

module.exports = surface;
