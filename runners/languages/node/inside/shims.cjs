/** @file Lets a test file that was written for another runner find that runner's words. */
'use strict';

/** The words of a runner that has its own names for ours. */
function provide(global) {
  const { describe, it, test, suite, expect, vi, beforeAll, beforeEach, afterAll, afterEach } = global;
  const common = { describe, it, test, suite: suite ?? describe, beforeEach, afterEach };
  const jest = new Proxy(vi ?? {}, { get: (target, name) => (name === 'requireActual' ? require : target[name]) });
  const before = (action) => beforeAll(action);
  const after = (action) => afterAll(action);
  const own = nodeTest(common, before, after);
  global.jest ??= jest;
  global.before ??= before;
  global.after ??= after;
  global.context ??= describe;
  global.specify ??= it;
  global[Symbol.for('testwright.shims')] = {
    '@jest/globals': { ...common, expect, jest, beforeAll, afterAll },
    mocha: { ...common, before, after, context: describe, specify: it },
    'node:test': own,
  };
}

/** node:test's words: `test(name, options, action)`, and a context whose `test` runs at once. */
function nodeTest({ describe, it, beforeEach, afterEach }, before, after) {
  const rest = (args) => ({ name: args.find((x) => typeof x === 'string') ?? '', action: args.find((x) => typeof x === 'function'), ...{ options: args.find((x) => x && typeof x === 'object') ?? {} } });
  const context = { diagnostic() {}, skip() {}, plan() {}, test: async (...args) => rest(args).action?.(context), after() {}, mock: undefined };
  context.mock = mock();
  const run = (start) => (...args) => {
    const { name, action, options } = rest(args);
    if (!action || options.todo) return start.todo?.(name);
    return (options.skip ? start.skip : start)(name, action.length > 1 ? (_, done) => done : () => action(context));
  };
  const group = (...args) => {
    const { name, action, options } = rest(args);
    return (options.skip ? describe.skip : describe)(name, action ?? (() => {}));
  };
  const test = run(it);
  for (const word of [test, group]) {
    word.skip = (...args) => (word === group ? describe : it).skip(rest(args).name, () => {});
    word.todo = (...args) => it.todo(rest(args).name);
  }
  Object.assign(test, { test, it: test, describe: group, suite: group, before, after, beforeEach, afterEach, mock: context.mock, default: test });
  return test;
}

/** Mocks, as far as they are needed to load a file: the real ones are node:test's own. */
function mock() {
  try {
    return process.getBuiltinModule('node:test').mock;
  } catch {
    return undefined;
  }
}

module.exports = { provide };
