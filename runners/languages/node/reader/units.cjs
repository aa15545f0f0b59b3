/** @file The units of a file: functions, methods and what else is called, wherever a module is wrapped in. */
'use strict';

const { ts, isFunction, words } = require('./syntax.cjs');

const WRAPPER = 0.6;

/**
 * @typedef {{name: string, node: ts.Node, owner: ts.Node | null}} Unit `node` is the statement or member that is shown
 */

/** All units of a file, in order, and the statements that are in none. */
function units(source, stem) {
  const found = [];
  const top = [];
  const lines = source.getLineStarts().length;
  const size = (node) => source.getLineAndCharacterOfPosition(node.end).line - source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  const within = (statements, owner) => statements.forEach((node) => statement(node, owner));
  /** Whether a function is only there to keep a module's names to itself. */
  const wraps = (node) => size(node) > WRAPPER * lines && size(node) > 5 && ts.isBlock(node.body) && node.body.statements.some((one) => ts.isFunctionDeclaration(one) || ts.isClassDeclaration(one) || ts.isVariableStatement(one) || ts.isExpressionStatement(one));

  function statement(node, owner) {
    const before = found.length;
    if (ts.isFunctionDeclaration(node) && node.body) found.push({ name: node.name?.text ?? stem, node, owner });
    else if (ts.isClassDeclaration(node)) members(node, node.name?.text ?? stem, node);
    else if (ts.isModuleDeclaration(node) && node.body && ts.isModuleBlock(node.body)) within(node.body.statements, owner);
    else if (ts.isVariableStatement(node)) node.declarationList.declarations.forEach((one) => valued(one.initializer, one.name.getText(source), node, owner));
    else if (ts.isExportAssignment(node)) valued(node.expression, stem, node, owner);
    else if (ts.isExpressionStatement(node)) expression(node.expression, node, owner);
    else if (ts.isIfStatement(node)) {
      for (const arm of [node.thenStatement, node.elseStatement]) if (arm) within(ts.isBlock(arm) ? arm.statements : [arm], owner);
    } else if (ts.isTryStatement(node)) within(node.tryBlock.statements, owner);
    if (found.length === before && !ts.isFunctionDeclaration(node)) top.push(node);
  }

  function expression(node, shown, owner) {
    if (ts.isParenthesizedExpression(node) || ts.isPrefixUnaryExpression(node) || ts.isVoidExpression?.(node)) return expression(node.expression ?? node.operand, shown, owner);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) return valued(node.right, named(node.left), shown, owner);
    if (!ts.isCallExpression(node)) return undefined;
    const inner = [node.expression, ...node.arguments].map(bare).find((one) => isFunction(one) && !ts.isFunctionDeclaration(one) && wraps(one));
    return inner ? within(inner.body.statements, owner) : undefined;
  }

  function valued(value, name, shown, owner) {
    const node = value && bare(value);
    if (!node) return;
    if (isFunction(node)) {
      if (wraps(node) && name === stem && !owner && hasUnits(node)) within(node.body.statements, owner);
      else found.push({ name, node: shown, owner });
    } else if (ts.isClassExpression(node)) members(node, name, shown);
    else if (ts.isObjectLiteralExpression(node) && node.properties.some((one) => isFunction(one) || (ts.isPropertyAssignment(one) && isFunction(bare(one.initializer))))) members(node, name, shown);
    else if (ts.isCallExpression(node)) {
      const inner = [node.expression, ...node.arguments].map(bare).find((one) => isFunction(one));
      if (!inner) return;
      if (wraps(inner)) within(inner.body.statements, owner);
      else found.push({ name, node: shown, owner });
    } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) valued(node.right, name, shown, owner);
  }

  const hasUnits = (node) => node.body.statements.some((one) => ts.isFunctionDeclaration(one) || ts.isClassDeclaration(one));

  function members(node, name, shown) {
    for (const one of node.members ?? node.properties) {
      const value = ts.isPropertyAssignment(one) || ts.isPropertyDeclaration(one) ? one.initializer && bare(one.initializer) : one;
      if (value && isFunction(value)) found.push({ name: `${name}.${ts.isConstructorDeclaration(one) ? 'constructor' : one.name?.getText(source) ?? ''}`, node: one, owner: shown });
    }
  }

  function named(left) {
    const said = words(left).filter((word, i) => !(i < 2 && (word === 'module' || word === 'exports')) && word !== 'prototype');
    return said.join('.') || stem;
  }

  within(source.statements, null);
  return { units: found, top };
}

function bare(node) {
  let at = node;
  while (at && (ts.isParenthesizedExpression(at) || ts.isAsExpression(at) || ts.isSatisfiesExpression(at))) at = at.expression;
  return at;
}

module.exports = { units };
