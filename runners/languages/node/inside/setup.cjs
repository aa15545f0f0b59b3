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
  write({ ...now(), end: state ?? 'run', coverage: request.tests ? counters.since(before) : {} });
});
afterAll(() => {
  write({ hits: counters.hits() });
});
