/** @file What a function does with one of its parameters, read from its text. */
'use strict';

const STRINGLY = new Set([
  'charAt', 'charCodeAt', 'codePointAt', 'toLowerCase', 'toUpperCase', 'trim', 'replace', 'split', 'substr', 'substring', 'match',
  'startsWith', 'endsWith', 'padStart', 'padEnd', 'localeCompare', 'normalize', 'repeat', 'search', 'replaceAll', 'trimEnd', 'trimStart',
]);
const LISTLY = new Set([
  'map', 'filter', 'forEach', 'reduce', 'push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'some', 'every', 'find', 'findIndex', 'join',
  'flat', 'flatMap', 'reverse', 'fill', 'reduceRight',
]);
const BOTHLY = new Set(['length', 'slice', 'indexOf', 'includes', 'concat', 'lastIndexOf', 'at']);
const NUMERIC = new Set(['toFixed', 'toPrecision', 'toExponential']);
const MAPPY = new Set(['get', 'set', 'has', 'delete', 'add', 'size', 'clear', 'keys', 'values', 'entries']);

/** An empty record of use. */
function nothing() {
  return { props: new Map(), kinds: new Map(), literals: [], classes: [], hands: [] };
}

/** Join what one use says to another, as far as a function that is handed the value tells. */
function join(use, other) {
  for (const [name, weight] of other.kinds) kind(use, name, weight * 0.7);
  for (const [name, inner] of other.props) {
    if (use.props.has(name)) join(use.props.get(name), inner);
    else use.props.set(name, inner);
  }
  use.literals.push(...other.literals);
  use.classes.push(...other.classes);
  use.hands.push(...other.hands);
}

/** Note the sort of value that something suggests. */
function kind(use, name, weight = 1) {
  use.kinds.set(name, (use.kinds.get(name) ?? 0) + weight);
}

/** A literal's value, or undefined. */
function literal(ts, node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand) && node.operator === ts.SyntaxKind.MinusToken) return -node.operand.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (node.kind === ts.SyntaxKind.NullKeyword) return null;
  return undefined;
}

/** What reading `value.name` says about value. */
function member(use, name, called, ts, access) {
  if (STRINGLY.has(name) && called) return kind(use, 'string', 2);
  if (LISTLY.has(name) && called) return kind(use, 'array', 2);
  if (BOTHLY.has(name)) return kind(use, 'array'), kind(use, 'string');
  if (NUMERIC.has(name) && called) return kind(use, 'number', 2);
  if (name === 'then' || name === 'catch') return kind(use, 'promise', 2);
  if (name === 'test' && called) return kind(use, 'regexp', 2);
  if (name === 'call' || name === 'apply' || name === 'bind') return kind(use, 'function', 2);
  if (/^get(Time|FullYear|Month|Date|Day|Hours)|^toISOString$/.test(name) && called) return kind(use, 'date', 3);
  if (/^(toString|hasOwnProperty|constructor|valueOf|prototype)$/.test(name)) return undefined;
  if (MAPPY.has(name) && called) kind(use, name === 'add' ? 'set' : 'map');
  const inner = use.props.get(name) ?? nothing();
  use.props.set(name, inner);
  if (called) kind(inner, 'function', 2), handed(inner, access.parent, ts);
  else around(inner, access, ts);
  return undefined;
}

const CALLED_BACK = /^(cb|callback|next|done|resolve|reject|complete)$/;
const declared = new WeakMap();

/** Functions of a source by the names that they are declared with. */
function functionsOf(source, ts) {
  if (!declared.has(source)) {
    const found = new Map();
    const visit = (node) => {
      if (ts.isFunctionLike(node) && node.body) {
        const name = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
        if (name && ts.isIdentifier(name) && !found.has(name.text)) found.set(name.text, node);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    declared.set(source, found);
  }
  return declared.get(source);
}

/** The function that an expression is or names; undefined when it is none of this source. */
function functionAt(node, ts) {
  if (ts.isFunctionExpression(node) || ts.isArrowFunction(node)) return node;
  return ts.isIdentifier(node) ? functionsOf(node.getSourceFile(), ts).get(node.text) : undefined;
}

const known = new WeakMap();

/** What a function does with one of its parameters; nothing while that is being found out. */
function parameterUse(owner, index, ts) {
  if (!known.has(owner)) known.set(owner, []);
  const uses = known.get(owner);
  if (!uses[index]) {
    uses[index] = nothing();
    const { name } = owner.parameters[index];
    uses[index] = useOf(ts, owner.getSourceFile(), ts.isIdentifier(name) ? [name.text] : [], name, owner);
  }
  return uses[index];
}

/** A function of ours is called: note where it gets functions that it should call back, and what those take. */
function handed(use, node, ts) {
  if (use.hands.length >= 6 || !ts.isCallExpression(node)) return;
  const names = node.arguments.map((one) => (ts.isIdentifier(one) ? one.text : ''));
  node.arguments.forEach((one, at) => {
    const owner = functionAt(one, ts);
    if (!owner && !CALLED_BACK.test(names[at])) return;
    const parameters = owner?.parameters.filter((each) => !each.dotDotDotToken) ?? [];
    use.hands.push({ at, names, takes: parameters.map((each, index) => ({ name: ts.isIdentifier(each.name) ? each.name.text : '', use: parameterUse(owner, index, ts) })) });
  });
}

const ARITHMETIC = new Set(['-', '*', '/', '%', '**', '-=', '*=', '/=', '|', '&', '^', '<<', '>>', '>>>', '<', '>', '<=', '>=']);
const EQUAL = new Set(['===', '!==', '==', '!=']);

/** What the surroundings of an expression say about its value. */
function around(use, node, ts) {
  let { parent } = node;
  let inner = node;
  while (parent && (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isNonNullExpression(parent))) [inner, parent] = [parent, parent.parent];
  if (!parent) return;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === inner) {
    member(use, parent.name.text, ts.isCallExpression(parent.parent) && parent.parent.expression === parent, ts, parent);
  } else if (ts.isElementAccessExpression(parent)) {
    if (parent.expression === inner) {
      const key = literal(ts, parent.argumentExpression);
      if (typeof key === 'string') member(use, key, false, ts, parent);
      else kind(use, typeof key === 'number' ? 'array' : 'object'), kind(use, 'array');
    } else kind(use, 'number'), kind(use, 'string');
  } else if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    called(use, inner, parent, ts);
  } else if (ts.isBinaryExpression(parent)) {
    operated(use, inner, parent, ts);
  } else if (ts.isTypeOfExpression(parent)) {
    const compared = parent.parent;
    if (ts.isBinaryExpression(compared)) kind(use, String(literal(ts, compared.right) ?? literal(ts, compared.left) ?? 'any'), 3);
  } else if (ts.isForOfStatement(parent) && parent.expression === inner) kind(use, 'array', 2), kind(use, 'set', 0.3);
  else if (ts.isForInStatement(parent) && parent.expression === inner) kind(use, 'object', 2);
  else if (ts.isSpreadElement(parent)) kind(use, 'array', 2);
  else if (ts.isSpreadAssignment(parent)) kind(use, 'object', 2);
  else if (ts.isPrefixUnaryExpression(parent) && parent.operator !== ts.SyntaxKind.ExclamationToken) kind(use, 'number', 2);
  else if (ts.isPostfixUnaryExpression(parent)) kind(use, 'number', 2);
  else if (ts.isTemplateSpan(parent)) kind(use, 'string', 0.5), kind(use, 'number', 0.5);
  else if (ts.isAwaitExpression(parent)) kind(use, 'promise', 0.5);
  else if (ts.isCaseBlock(parent.parent ?? parent) || ts.isSwitchStatement(parent)) {
    for (const clause of parent.caseBlock?.clauses ?? []) {
      const value = clause.expression && literal(ts, clause.expression);
      if (value !== undefined) use.literals.push(value);
    }
  } else if (ts.isVariableDeclaration(parent) && parent.initializer === inner && ts.isObjectBindingPattern(parent.name)) pattern(use, parent.name, ts);
  else if (ts.isIfStatement(parent) || ts.isConditionalExpression(parent) || ts.isPrefixUnaryExpression(parent)) kind(use, 'boolean', 0.4);
}

/** The value is called, or handed to a function whose name tells what it takes. */
function called(use, inner, parent, ts) {
  if (parent.expression === inner) {
    kind(use, 'function', 3);
    handed(use, parent, ts);
    return;
  }
  const name = parent.expression.getText();
  const at = parent.arguments?.indexOf(inner) ?? -1;
  const owner = at >= 0 && ts.isIdentifier(parent.expression) ? functionAt(parent.expression, ts) : undefined;
  if (owner?.parameters[at] && !owner.parameters[at].dotDotDotToken) join(use, parameterUse(owner, at, ts));
  if (name === 'Array.isArray') kind(use, 'array', 2);
  else if (/^Object\.(keys|values|entries|assign|getOwnPropertyNames)$/.test(name)) kind(use, 'object', 2);
  else if (/^(Math\.|Number\.is|isFinite|isNaN)/.test(name)) kind(use, 'number', 2);
  else if (/^(parseInt|parseFloat|encodeURIComponent|decodeURIComponent|JSON\.parse)$/.test(name)) kind(use, 'string', 2);
  else if (/^(Promise\.(all|race)|Array\.from|new Set)/.test(name)) kind(use, 'array', 1);
  else if (/\.(map|filter|forEach|some|every|find|sort|then|addEventListener|on)$/.test(name) && at >= 0) kind(use, 'function', 1);
  else if (/^(path\.|fs\.)/.test(name) && at === 0) kind(use, 'path', 2);
  else if (/isObject|isPlainObject/i.test(name)) kind(use, 'object', 1.5);
  else if (/isFunction/i.test(name)) kind(use, 'function', 1.5);
  else if (/isString/i.test(name)) kind(use, 'string', 1.5);
  else if (/\.(test|exec)$/.test(name)) kind(use, 'string', 1.5);
}

/** The value is an operand. */
function operated(use, inner, parent, ts) {
  const operator = parent.operatorToken.getText();
  const other = parent.left === inner ? parent.right : parent.left;
  const value = literal(ts, other);
  if (ARITHMETIC.has(operator)) kind(use, 'number', typeof value === 'string' ? 0 : 1);
  if (value !== undefined && (EQUAL.has(operator) || ARITHMETIC.has(operator))) use.literals.push(value);
  if (operator === '+' && typeof value === 'string') kind(use, 'string', 0.5);
  if (operator === 'instanceof' && parent.left === inner) use.classes.push(other.getText());
  if (operator === 'in') kind(use, parent.right === inner ? 'object' : 'string', 2);
  if ((operator === '||' || operator === '??') && parent.left === inner) {
    if (ts.isObjectLiteralExpression(other)) kind(use, 'object', 2);
    else if (ts.isArrayLiteralExpression(other)) kind(use, 'array', 2);
    else if (ts.isArrowFunction(other) || ts.isFunctionExpression(other)) kind(use, 'function', 2);
    else if (value !== undefined && value !== null) kind(use, typeof value, 1.5), use.literals.push(value);
  }
}

/** What a destructuring pattern reads. */
function pattern(use, node, ts) {
  kind(use, ts.isArrayBindingPattern(node) ? 'array' : 'object', 3);
  if (ts.isArrayBindingPattern(node)) return;
  for (const element of node.elements) {
    if (element.dotDotDotToken) continue;
    const name = (element.propertyName ?? element.name).getText();
    const inner = use.props.get(name) ?? nothing();
    use.props.set(name, inner);
    const value = element.initializer && literal(ts, element.initializer);
    if (value !== undefined) inner.literals.push(value), kind(inner, value === null ? 'any' : typeof value, 2);
    if (ts.isObjectBindingPattern(element.name)) pattern(inner, element.name, ts);
    else inner.local = element.name.getText();
  }
}

/** Everything that a function does with values of these local names, and with the parts that it takes out of them. */
function useOf(ts, source, names, binding, owner) {
  const use = nothing();
  const bound = new Map(names.map((name) => [name, use]));
  if (!ts.isIdentifier(binding)) pattern(use, binding, ts);
  const locals = (one) => {
    for (const inner of one.props.values()) {
      if (inner.local) bound.set(inner.local, inner);
      locals(inner);
    }
  };
  locals(use);
  const visit = (node) => {
    const also = ts.isIdentifier(node) ? otherName(ts, node) : undefined;
    if (also && bound.has(node.text) && !bound.has(also)) bound.set(also, bound.get(node.text));
    if (ts.isIdentifier(node) && bound.has(node.text) && !isName(ts, node)) around(bound.get(node.text), node, ts);
    ts.forEachChild(node, visit);
  };
  if (owner.body) visit(owner.body);
  return use;
}

/** The variable that an identifier's value is kept in as well: `copy = value`. */
function otherName(ts, node) {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) && parent.initializer === node && ts.isIdentifier(parent.name)) return parent.name.text;
  const assigned = ts.isBinaryExpression(parent) && parent.right === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return assigned && ts.isIdentifier(parent.left) ? parent.left.text : undefined;
}

/** Whether an identifier is the name of something else: a key, a property that is read, a declaration. */
function isName(ts, node) {
  const { parent } = node;
  return (ts.isPropertyAccessExpression(parent) && parent.name === node) || (ts.isPropertyAssignment(parent) && parent.name === node)
    || (ts.isVariableDeclaration(parent) && parent.name === node) || ts.isParameter(parent) || ts.isBindingElement(parent);
}

module.exports = { useOf, nothing, literal };
