/** @file Says what became of each test, to the process that started the run and to nobody else. */
import { relative } from 'node:path';
import { readFileSync } from 'node:fs';

const { tree } = JSON.parse(readFileSync(process.env.TESTWRIGHT_REQUEST, 'utf8'));

const send = (entry) => process.send?.({ testwright: entry });
const words = (error) => ({ name: String(error?.name ?? ''), message: String(error?.message ?? error).slice(0, 4000), stack: place(error) });
const place = (error) => (error?.stacks ?? []).slice(0, 3).map(({ file, line }) => `${file}:${line}`);

export default class Reporter {
  file(module) {
    return relative(tree, module.moduleId);
  }

  onTestCaseResult(test) {
    const { state, errors = [] } = test.result();
    const names = [];
    for (let at = test; at && at.type !== 'module'; at = at.parent) names.unshift(at.name);
    send({ file: this.file(test.module), name: names.join(' > '), state, seconds: (test.diagnostic()?.duration ?? 0) / 1000, errors: errors.map(words) });
  }

  onTestModuleEnd(module) {
    const errors = module.errors();
    const suites = [...module.children.allSuites()].flatMap((suite) => suite.errors());
    send({ module: this.file(module), tests: [...module.children.allTests()].length, errors: [...errors, ...suites].map(words) });
  }

  onTestRunEnd(modules, errors, reason) {
    send({ end: reason, errors: errors.map((error) => ({ ...words(error), test: error.VITEST_TEST_NAME, file: error.VITEST_TEST_PATH })) });
  }
}
