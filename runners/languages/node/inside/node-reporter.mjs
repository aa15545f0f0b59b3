/** @file Says what became of each test of Node's own runner. */
import { relative } from 'node:path';
import { readFileSync } from 'node:fs';

const { tree } = JSON.parse(readFileSync(process.env.TESTWRIGHT_REQUEST, 'utf8'));
const send = (entry) => process.send?.({ testwright: entry });

export default async function* report(events) {
  const names = new Map();
  for await (const { type, data } of events) {
    const key = data?.file ?? '';
    const path = names.get(key) ?? [];
    if (type === 'test:start') {
      path.length = data.nesting;
      path[data.nesting] = data.name;
      names.set(key, path);
    }
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') continue;
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const error = data.details?.error?.cause ?? data.details?.error;
    send({
      file: data.file ? relative(tree, data.file) : '',
      name: [...path.slice(0, data.nesting), data.name].join(' > '),
      state: skipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed',
      seconds: (data.details?.duration_ms ?? 0) / 1000,
      message: error ? String(error.stack ?? error) : '',
    });
  }
  send({ end: 'ended' });
  yield '';
}
