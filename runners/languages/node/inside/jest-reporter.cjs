/** @file Says what became of each test of jest. */
'use strict';

const path = require('node:path');

const send = (entry) => process.send?.({ testwright: entry });

module.exports = class {
  constructor(config) {
    this.tree = JSON.parse(require('node:fs').readFileSync(process.env.TESTWRIGHT_REQUEST, 'utf8')).tree;
  }

  onTestResult(test, result) {
    const file = path.relative(this.tree, test.path);
    for (const one of result.testResults) {
      const name = [...one.ancestorTitles, one.title].join(' > ');
      send({ file, name, state: one.status, seconds: (one.duration ?? 0) / 1000, message: one.failureMessages.join('\n') });
    }
    if (result.testExecError) send({ file, name: '', state: 'failed', message: result.testExecError.message });
  }

  onRunComplete() {
    send({ end: 'ended' });
  }
};
