/** @file In every test file's worker: an account that survives a crash, lines and branches told apart by test, and other runners' words. */
'use strict';

const path = require('node:path');
const { appendFileSync } = require('node:fs');
const counters = require('./counters.cjs');
const shims = require('./shims.cjs');

const request = globalThis[Symbol.for('testwright.request')];
const account = path.join(request.results, `account-${process.pid}.jsonl`);
const write = (entry) => appendFileSync(account, `${JSON.stringify(entry)}\n`);
const soon = setImmediate;
const { expect, beforeAll, beforeEach, afterEach, afterAll } = globalThis;

shims.provide(globalThis);
const held = holding();
let before = {};
const now = () => {
  const { testPath, currentTestName } = expect.getState();
  return { file: path.relative(request.tree, testPath), name: currentTestName };
};

beforeAll(() => {
  write({ ...now(), name: '', coverage: request.tests ? counters.since({}) : {} });
});
beforeEach(() => {
  before = request.tests ? counters.hits() : {};
  write({ ...now(), begin: true });
});
afterEach(async (context) => {
  await new Promise(soon); // a promise that was rejected and left alone is told of before the next test begins
  const state = context?.task?.result?.state;
  const changed = request.tests ? held() : '';
  write({ ...now(), end: changed ? 'fail' : (state ?? 'run'), coverage: request.tests ? counters.since(before) : {} });
  if (changed) throw new Error(`${changed} is changed, which decides whether a test passes`);
});
afterAll(() => {
  write({ hits: counters.hits() });
});

/** Remember what decides whether a test passes; the name of the first that is another one when it is asked. */
function holding() {
  const assert = require('node:assert');
  const kept = [
    ['assert', assert, Object.entries(assert)],
    ['assert.strict', assert.strict, Object.entries(assert.strict)],
    ['globalThis', globalThis, [['expect', globalThis.expect]]],
  ].map(([name, owner, entries]) => [name, owner, entries.filter(([, value]) => typeof value === 'function')]);
  const matchers = Object.getPrototypeOf(expect(0));
  const own = Object.entries(Object.getOwnPropertyDescriptors(matchers));
  const same = ([key, { value, get }]) => {
    const found = Object.getOwnPropertyDescriptor(matchers, key);
    return found?.value === value && found?.get === get;
  };
  return () => {
    for (const [name, owner, entries] of kept) {
      const other = entries.find(([key, value]) => owner[key] !== value);
      if (other) return `${name}.${other[0]}`;
    }
    const other = own.find((each) => !same(each));
    return other ? `expect().${other[0]}` : '';
  };
}
