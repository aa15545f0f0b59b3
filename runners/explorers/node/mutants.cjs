/** @file Puts mutants into code: small faults, all in one text, each switched on by its number. */
'use strict';

const { COMPARE, runtime } = require('./runtime.cjs');

const BINARY = {
  ...COMPARE,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
};
const INSTEAD = {
  '===': ['!=='], '!==': ['==='], '==': ['!='], '!=': ['=='], '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'],
  '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '&': ['|'], '|': ['&'], '<<': ['>>'], '>>': ['<<'], '>>>': ['<<'],
};

Object.assign(runtime, {
  /** A binary operation, perhaps with another operator. */
  mb(first, operator, left, right) {
    const other = runtime.m >= first && INSTEAD[operator][runtime.m - first];
    return BINARY[other || operator](left, right);
  },
  /** A condition, perhaps negated. */
  mn(id, value) {
    return runtime.m === id ? !value : value;
  },
  /** A constant, perhaps its neighbour. */
  mc(id, value, other) {
    return runtime.m === id ? other : value;
  },
});

/** What takes the place of a constant. */
function neighbour(t, node) {
  if (t.isNumericLiteral(node)) return t.numericLiteral(node.value + 1);
  if (t.isBooleanLiteral(node)) return t.booleanLiteral(!node.value);
  return t.stringLiteral(node.value ? '' : 'mutant');
}

/** Whether a string literal is a value: no key, no module name, no directive, no type. */
function isValue(path, t) {
  const { parent, key } = path;
  if (t.isObjectProperty(parent) || t.isObjectMethod(parent) || t.isClassMethod(parent) || t.isClassProperty(parent)) return key !== 'key';
  if (t.isCallExpression(parent) && (t.isIdentifier(parent.callee, { name: 'require' }) || t.isImport(parent.callee))) return false;
  return !/^(Import|Export|TS|JSX|Directive|EnumMember)/.test(parent.type);
}

/**
 * The visitor that puts mutants in.
 *
 * @param {object} t babel's types
 * @param {Array<{id: number, line: number, what: string}>} listed every mutant is added here
 */
function mutantVisitor(t, listed) {
  const call = (name, ...args) => Object.assign(t.callExpression(t.memberExpression(t.identifier('__tw'), t.identifier(name)), args), { made: true });
  const add = (node, what) => listed.push({ id: listed.length, line: node.loc.start.line, what }) - 1;
  const wanted = (path) => path.node?.loc && !path.node.made && path.getFunctionParent();
  const negate = (path) => {
    const test = path.get('test');
    if (!test.node?.loc || !path.node.loc || !path.getFunctionParent() || test.node.made) return;
    const id = add(test.node, 'condition negated');
    test.replaceWith(call('mn', t.numericLiteral(id), test.node));
  };
  return {
    'IfStatement|ConditionalExpression|WhileStatement'(path) {
      negate(path);
    },
    BinaryExpression: {
      exit(path) {
        const { node } = path;
        if (!wanted(path) || !INSTEAD[node.operator] || t.isPrivateName(node.left)) return;
        node.made = true;
        const typed = t.isUnaryExpression(node.left, { operator: 'typeof' });
        const first = listed.length;
        for (const other of INSTEAD[node.operator].slice(0, typed ? 1 : 2)) add(node, `${node.operator} became ${other}`);
        path.replaceWith(call('mb', t.numericLiteral(first), t.stringLiteral(node.operator), node.left, node.right));
      },
    },
    'NumericLiteral|StringLiteral|BooleanLiteral'(path) {
      const { node } = path;
      if (!wanted(path) || !isValue(path, t)) return;
      const other = neighbour(t, node);
      const id = add(node, `${JSON.stringify(node.value)} became ${JSON.stringify(other.value)}`);
      node.made = true;
      other.made = true;
      path.replaceWith(call('mc', Object.assign(t.numericLiteral(id), { made: true }), node, other));
    },
  };
}

module.exports = { mutantVisitor };
