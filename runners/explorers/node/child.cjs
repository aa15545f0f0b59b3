/** @file `node child.cjs search|observe REQUEST …`: a process that loads the code under test. Its parent is `main.mjs`. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const native = { writeSync: fs.writeSync, appendFileSync: fs.appendFileSync, writeFileSync: fs.writeFileSync, renameSync: fs.renameSync, exit: process.reallyExit.bind(process), now: Date.now };

const [, , role, requestFile, ...rest] = process.argv;
require('./observe.cjs'); // takes what it needs of the process before that is forbidden
const request = JSON.parse(fs.readFileSync(requestFile, 'utf8'));
const folder = path.dirname(requestFile);
process.argv.length = 2;

const guard = require('./guard.cjs');
const timers = require('./timers.cjs');
guard.guard.folder = path.resolve(folder);

/** Write where we are into a file that the parent looks at. */
function heart(name) {
  const descriptor = fs.openSync(path.join(folder, name), 'w');
  const { writeSync } = native;
  return { beat: (count, what) => writeSync(descriptor, `${count} ${what}`.padEnd(40), 0) };
}

const text = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** A file that is there as a whole or not at all. */
function put(name, content) {
  native.writeFileSync(path.join(folder, `${name}.part`), content);
  native.renameSync(path.join(folder, `${name}.part`), path.join(folder, name));
}

async function loaded() {
  const { Target } = require('./target.cjs');
  if (role === 'observe') request.compiled = JSON.parse(fs.readFileSync(path.join(folder, 'compiled.json'), 'utf8'));
  const target = new Target(request);
  await target.load();
  return target;
}

/** Say why the target cannot be loaded. */
const failed = (error) => put('done.json', JSON.stringify({ failed: `${error?.name ?? 'Error'}: ${String(error?.message ?? error).split('\n')[0].slice(0, 300)}` }));

async function search() {
  const [restarts, started, until, latest] = rest.map(Number);
  const { beat } = heart('heartbeat');
  require('./search.cjs');
  require('./publish.cjs');
  guard.install();
  guard.world(request.seed + 7, 0);
  timers.install();
  beat(0, -1);
  let target;
  try {
    target = await loaded();
  } catch (error) {
    failed(error);
    native.exit(0);
  }
  guard.remember();
  const cases = path.join(folder, 'cases.jsonl');
  const outside = {
    restarts, started, beat,
    write: (row) => native.appendFileSync(path.join(folder, 'progress.jsonl'), text([row])),
    keep: (line) => native.appendFileSync(cases, `${line}\n`),
    before: () => (fs.existsSync(cases) ? fs.readFileSync(cases, 'utf8').split('\n').filter(Boolean) : []),
  };
  const { Search } = require('./search.cjs');
  const { Publisher } = require('./publish.cjs');
  const one = new Search(target, request, outside);
  beat(1, -1); // what comes now is measured from here
  put('compiled.json', JSON.stringify(target.known));
  put('ready.json', '{}');
  const spent = native.now();
  const ending = await one.run(started + (until - started) * 0.84, latest);
  one.progress(native.now());
  const seconds = (native.now() - spent) / 1000;
  const rows = await new Publisher(one).publish(until);
  put('batch.jsonl', text(rows));
  put('done.json', JSON.stringify({ ending, executions: one.executor.count, rate: Math.round(one.executor.count / seconds), subjects: one.subjects.list.length, open: one.goals.map((byte) => one.places.lineOf[byte]) }));
  native.exit(0);
}

/** Observe the chosen cases, each with fresh modules where that is quick, with a clock and random numbers of its own. */
async function observe() {
  const [name, skipped] = rest;
  const { beat } = heart(`${name}.heartbeat`);
  const skip = new Set(JSON.parse(skipped));
  guard.install();
  guard.world(name === 'a' ? request.seed + 7 : request.seed + 4242, name === 'a' ? 0 : 401);
  const { Observer } = require('./observe.cjs');
  beat(0, -1);
  const target = await loaded();
  guard.remember();
  const rows = fs.readFileSync(path.join(folder, 'batch.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const out = path.join(folder, `${name}.jsonl`);
  const known = new Set(fs.existsSync(out) ? fs.readFileSync(out, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line).id) : []);
  const observer = new Observer(target);
  let costs = 0;
  for (const [index, row] of rows.entries()) {
    if (known.has(row.id) || skip.has(row.id)) continue;
    beat(index, row.id);
    if (request.executions || costs < 40) {
      const before = native.now();
      await target.load(true);
      costs = native.now() - before;
    }
    native.appendFileSync(out, text([await observer.observe(row)]));
  }
  put(`${name}.over`, '');
  native.exit(0);
}

({ search, observe })[role]().catch((error) => {
  if (process.env.EXPLORER_DEBUG) native.writeSync(2, `${error.stack}\n`);
  native.exit(70);
});
