/** @file A short test of a project's own, to look like. */
'use strict';

const { ts, parse, textOf, walk, dedented, words } = require('./syntax.cjs');

const MOST = 14;

/** @param {{root: string, paths: string[]}} request */
module.exports = ({ root, paths }) => {
  let best = '';
  for (const path of paths) {
    const { source } = parse(textOf(`${root}/${path}`), path);
    walk(source, (node) => {
      if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) return;
      const call = node.expression;
      if (!/^(?:it|test|specify)$/.test(words(call.expression)[0] ?? '') || !call.arguments.some((one) => ts.isFunctionLike(one))) return;
      const text = dedented(source, node);
      const size = text.split('\n').length;
      if (size >= 3 && size <= MOST && (!best || size < best.split('\n').length)) best = text;
    });
  }
  return best;
};
