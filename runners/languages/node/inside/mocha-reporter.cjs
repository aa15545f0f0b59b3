/** @file Says what became of each test of mocha. */
'use strict';

const path = require('node:path');
const { appendFileSync, readFileSync } = require('node:fs');

const { tree, results } = JSON.parse(readFileSync(process.env.TESTWRIGHT_REQUEST, 'utf8'));
/** mocha runs in a process of its own when it has options for Node: that one cannot send. */
function send(entry) {
  if (process.send) process.send({ testwright: entry });
  else appendFileSync(path.join(results, 'sent.jsonl'), `${JSON.stringify(entry)}\n`);
}

module.exports = function reporter(runner) {
  const say = (state) => (test, error) =>
    send({
      file: test.file ? path.relative(tree, test.file) : '',
      name: test.titlePath().join(' > '),
      state,
      seconds: (test.duration ?? 0) / 1000,
      message: error ? String(error.stack ?? error.message ?? error) : '',
    });
  runner.on('pass', say('passed'));
  runner.on('fail', say('failed'));
  runner.on('pending', say('skipped'));
  runner.on('end', () => send({ end: 'ended' }));
};
