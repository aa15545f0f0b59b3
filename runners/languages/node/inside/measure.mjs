/**
 * @file Run tests in processes of their own, and put what they did side by side in `results/`: `report.json` and `coverage.json`.
 *
 * `request.json` says: `tree` (the project, here), `modules` (where its dependencies are), `tools`, `files` (measured, relative to tree),
 * `attempts` (for each package the runs to try: the next one when one finds no test), `seconds`, `test_seconds`, `order`, `only`, `tests`
 * (tell tests apart), `shims` (runners to stand in for), `paths` (of tsconfig.json), `common` (TypeScript is CommonJS). Exit codes: 0 and 1 as tests ended, 5 there were none, 124 time was up, 70 nothing could be started.
 */
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { link } from './linking.mjs';
import { attempt } from './attempts.mjs';

const require = createRequire(import.meta.url);
const NOTHING = 5;
const UNSTARTED = 70;

function prepared() {
  const scratch = process.cwd();
  const request = JSON.parse(fs.readFileSync('request.json', 'utf8'));
  fs.mkdirSync('results', { recursive: true });
  fs.mkdirSync('work/results', { recursive: true });
  const tree = fs.realpathSync(request.tree);
  const whole = { ...request, scratch, tree, results: path.join(scratch, 'work/results') };
  fs.writeFileSync('work/request.json', JSON.stringify(whole));
  process.env.TESTWRIGHT_REQUEST = path.join(scratch, 'work/request.json');
  process.env.TESTWRIGHT_TOOLS = path.join(request.tools, 'node_modules');
  return whole;
}

async function main() {
  const request = prepared();
  link(request.modules, request.tree);
  const deadline = Date.now() + request.seconds * 1000;
  const done = { code: request.attempts.length ? 0 : NOTHING, cases: [], hits: [], shares: [], problem: '', witnessed: [], runner: '' };
  for (const alternatives of request.attempts) join(done, await first(alternatives, request, deadline));
  if (!done.code && !done.cases.length) done.code = NOTHING;
  const { counters, unparsed } = counted(request);
  fs.writeFileSync('results/coverage.json', JSON.stringify(coverage(request, counters, done)));
  const { code, cases, problem, runner, witnessed } = done;
  fs.writeFileSync('results/report.json', JSON.stringify({ code, cases, problem, runner: runner ?? '', only: request.only, unparsed, witnessed }));
  return code;
}

/** The first of several runs that finds a test. */
async function first(alternatives, request, deadline) {
  let done;
  let why = '';
  for (const each of alternatives) {
    done = await attempt(each, request, deadline);
    if (done.cases.some((one) => one.name) || Date.now() > deadline) break;
    why ||= done.problem;
  }
  return done.cases.length ? done : { ...done, problem: why };
}

function join(whole, { code, cases, hits, shares, problem, witnessed, runner }) {
  whole.code = Math.max(whole.code, code);
  whole.problem ||= problem;
  whole.runner ||= runner;
  whole.cases.push(...cases);
  whole.hits.push(...hits);
  whole.shares.push(...shares);
  whole.witnessed.push(...witnessed);
}

/** What counts in every measured file, and which of them cannot be parsed. */
function counted(request) {
  const { counted: read } = require('./counters.cjs');
  const counters = {};
  const unparsed = {};
  for (const file of request.files) {
    const place = path.join(request.tree, file);
    try {
      counters[file] = read(fs.readFileSync(place, 'utf8'), place);
    } catch (error) {
      unparsed[file] = String(error.message ?? error).split('\n')[0].slice(0, 300);
    }
  }
  return { counters, unparsed };
}

function coverage(request, counters, done) {
  const files = {};
  for (const [file, { lines, arcs }] of Object.entries(counters)) {
    const ran = new Set();
    const took = new Set();
    for (const hits of done.hits) {
      for (const [line, times] of hits[file]?.lines ?? []) if (times) ran.add(line);
      for (const [line, n, times] of hits[file]?.arcs ?? []) if (times) took.add(`${line} ${n}`);
    }
    const was = ([line, n]) => took.has(`${line} ${n}`);
    files[file] = {
      executed_lines: lines.filter((line) => ran.has(line)),
      missing_lines: lines.filter((line) => !ran.has(line)),
      executed_branches: arcs.filter(was),
      missing_branches: arcs.filter((arc) => !was(arc)),
    };
  }
  const tests = {};
  for (const { file, name, coverage: gained } of done.shares ?? []) {
    const shares = (tests[name ? `${file}::${name}` : ''] ??= {});
    for (const [source, { lines, arcs }] of Object.entries(gained ?? {})) {
      const share = (shares[source] ??= { lines: [], branches: [] });
      share.lines = [...new Set([...share.lines, ...lines])];
      share.branches.push(...arcs);
    }
  }
  return { files, tests: request.tests ? tests : {} };
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error?.stack ?? error}\n`);
    process.exit(UNSTARTED);
  },
);
