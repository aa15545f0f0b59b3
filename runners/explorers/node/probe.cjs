/** @file Compiles the file under test: the judges' counters as bytes, operands of comparisons logged, errors marked. */
'use strict';

const { createRequire } = require('node:module');
const { toolbox } = require('./toolbox.cjs');
const { transpile } = require('./transpile.cjs');
const { plugins, likelyModule, arms } = require('./instrument.cjs');

const COMPARED = new Set(['===', '!==', '==', '!=', '<', '>', '<=', '>=', 'instanceof', 'in']);
const TELLING = new Set([
  'startsWith', 'endsWith', 'includes', 'indexOf', 'lastIndexOf', 'test', 'exec', 'match', 'matchAll', 'search', 'has', 'hasOwnProperty',
  'isArray', 'isInteger', 'isFinite', 'isNaN', 'isSafeInteger', 'isBuffer', 'charAt', 'charCodeAt', 'split', 'hasOwn', 'localeCompare',
]);

/** The visitor that logs operands and marks errors. Only what the source has is touched: what the counters added has no place. */
function probes(t) {
  const call = (name, ...args) => t.callExpression(t.memberExpression(t.identifier('__tw'), t.identifier(name)), args);
  const line = (node) => t.numericLiteral(node.loc.start.line);
  const fresh = (node) => node.loc && !node.probed;
  const replace = (path, made) => {
    path.node.probed = true;
    made.probed = true;
    path.replaceWith(made);
  };
  const decides = (path) => {
    const test = path.get('test');
    const inner = test.isUnaryExpression({ operator: '!' }) ? test.get('argument') : test;
    if (inner.node && fresh(inner.node) && (inner.isIdentifier() || inner.isMemberExpression())) {
      replace(inner, call('t', line(inner.node), inner.node));
    }
  };
  return {
    BinaryExpression(path) {
      const { node } = path;
      if (!fresh(node) || !COMPARED.has(node.operator) || t.isPrivateName(node.left)) return;
      const { left } = node;
      if (t.isUnaryExpression(left, { operator: 'typeof' })) {
        const bound = !t.isIdentifier(left.argument) || path.scope.hasBinding(left.argument.name, true);
        if (bound && t.isStringLiteral(node.right)) node.left = call('ty', line(node), left.argument, t.cloneNode(node.right));
        node.probed = true;
        return;
      }
      replace(path, call('c', line(node), t.stringLiteral(node.operator), left, node.right));
    },
    'IfStatement|ConditionalExpression|WhileStatement|DoWhileStatement'(path) {
      if (path.node.loc) decides(path);
    },
    Loop(path) {
      const { body } = path.node;
      if (!t.isEmptyStatement(body) && !(t.isBlockStatement(body) && body.body.every((one) => t.isEmptyStatement(one)))) return;
      const tick = t.conditionalExpression(t.binaryExpression('<', t.updateExpression('--', t.memberExpression(t.identifier('__tw'), t.identifier('left')), true), t.numericLiteral(0)), call('over'), t.numericLiteral(0));
      path.node.body = t.blockStatement([t.expressionStatement(tick)]);
    },
    LogicalExpression(path) {
      for (const side of ['left', 'right']) {
        const inner = path.get(side);
        const last = inner.isSequenceExpression() ? inner.get('expressions').at(-1) : inner;
        if (last.node && fresh(last.node) && (last.isIdentifier() || last.isMemberExpression()) && last.node.loc) {
          replace(last, call('t', line(last.node), last.node));
        }
      }
    },
    SwitchStatement(path) {
      const { node } = path;
      const names = node.cases.map((one) => one.test).filter((test) => t.isStringLiteral(test) || t.isNumericLiteral(test));
      if (fresh(node) && names.length) {
        node.probed = true;
        node.discriminant = call('sw', line(node), node.discriminant, t.arrayExpression(names.map((name) => t.cloneNode(name))));
      }
    },
    CallExpression(path) {
      const { node } = path;
      const { callee } = node;
      if (!fresh(node) || !t.isMemberExpression(callee) || callee.computed || !TELLING.has(callee.property.name)) return;
      if (t.isSuper(callee.object) || node.arguments.length === 0 || !t.isExpression(node.arguments[0])) return;
      node.probed = true;
      callee.object = call('o', line(node), callee.object, t.stringLiteral(callee.property.name));
      node.arguments[0] = call('a', line(node), node.arguments[0]);
    },
    NewExpression(path) {
      const { node } = path;
      const name = t.isMemberExpression(node.callee) ? node.callee.property.name : node.callee.name;
      if (fresh(node) && /(Error|Exception)$/.test(name ?? '')) replace(path, call('x', node));
    },
    ThrowStatement(path) {
      if (!path.node.argument.probed) path.node.argument = Object.assign(call('x', path.node.argument), { probed: true });
    },
  };
}

/** Byte of a counter: statements first, then the arms in the order that numbers them. */
function layout(coverage) {
  const statements = Object.keys(coverage.statementMap);
  const places = new Map(statements.map((id, index) => [`s[${id}]`, index]));
  const ordered = arms(coverage);
  ordered.forEach(([, , id, arm], index) => places.set(`b[${id}][${arm}]`, statements.length + index));
  return { places, statements, ordered };
}

/** The text with counters that set a byte; statements also use up the budget of steps. */
function withBytes(code, places) {
  return code.replace(/cov_\w+\(\)\.([sbf](?:\[\d+\])+)\+\+/g, (_, counter) => {
    if (counter[0] === 'f') return `(__tw.e < 0 && (__tw.e = ${/\d+/.exec(counter)[0]}))`;
    const byte = `__tw.h[${places.get(counter)}] = 1`;
    return counter[0] === 's' ? `(${byte}, --__tw.left < 0 && __tw.over())` : byte;
  });
}

/**
 * Compile the file under test for the explorer.
 *
 * @param {string} source
 * @param {string} filename
 * @param {{tools: string, compiler?: object}} options
 * @returns {{code: string, coverage: object, statements: string[], ordered: Array}} CommonJS text, and what each byte counts
 */
function compile(source, filename, options) {
  const istanbul = toolbox(options.tools).resolve('istanbul-lib-instrument');
  const { programVisitor } = require(istanbul);
  const babel = createRequire(istanbul)('@babel/core');
  const first = likelyModule(filename);
  let failure;
  for (const esModules of [first, !first]) {
    let coverage;
    const plugin = ({ types }) => {
      const visitor = programVisitor(types, filename, { coverageVariable: '__tw_unused', reportLogic: false, preserveComments: true });
      return {
        visitor: {
          Program: {
            enter: visitor.enter,
            exit(path) {
              coverage = visitor.exit(path)?.fileCoverage;
              path.node.body = path.node.body.filter((node) => node.loc || !/^cov_/.test((node.id ?? node.expression?.callee)?.name ?? ''));
              path.scope.crawl();
              path.traverse(probes(types));
            },
          },
        },
      };
    };
    try {
      const { code } = babel.transformSync(source, {
        configFile: false, babelrc: false, browserslistConfigFile: false, ast: false, filename, compact: false, comments: true,
        parserOpts: {
          plugins: plugins(filename), sourceType: esModules ? 'module' : 'script', allowReturnOutsideFunction: true,
        },
        plugins: [plugin],
      });
      const placed = layout(coverage);
      const text = withBytes(code, placed.places);
      return { code: transpile(text, filename, { ...options, emit: 'cjs' }), coverage, ...placed };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

module.exports = { compile };
