/** @file One way to run tests: start it, watch it, and end it when it hangs; then read what it said. */
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { runners } from './runners.mjs';

const TIME_UP = 124;
const HANGS = 6;
/** So often a run goes on after a test that hangs or takes the process with it. */
const START = 45;

/** Run tests with one runner. */
export async function attempt(each, request, deadline) {
  const runner = runners[each.runner];
  const whole = { code: 0, cases: [], hits: [], shares: [], witnessed: [], problem: '', runner: each.runner };
  const skip = [];
  const broken = [];
  for (let times = 0; times < HANGS; times += 1) {
    clear(request.results);
    let said;
    try {
      said = await run(runner, each, request, skip, broken, deadline);
    } catch (error) {
      return { ...whole, code: 70, problem: `${each.runner} could not be started: ${String(error.message).split('\n')[0]}` };
    }
    const account = read(request.results);
    const { cases, problem, code } = runner.read(said, request);
    const unloadable = cases.length || said.killed ? '' : (runner.broken?.(said, request, each.include ?? []) ?? '');
    if (unloadable && !broken.includes(unloadable) && Date.now() < deadline) {
      whole.cases.push({ file: unloadable, name: '', state: 'failed', seconds: 0, message: problem });
      whole.code = 1;
      broken.push(unloadable);
      continue;
    }
    const culprit = account.open.find((one) => !cases.some((other) => same(one, other)));
    const known = culprit ? [...cases, ...account.ended.filter((one) => !cases.some((other) => same(one, other)))] : cases;
    whole.cases.push(...known.filter((one) => !one.name || !whole.cases.some((old) => same(old, one))));
    whole.code ||= code;
    whole.problem ||= culprit ? '' : problem;
    whole.hits.push(...account.hits, ...(runner.hits?.(request) ?? []));
    whole.shares.push(...account.shares);
    whole.witnessed.push(...account.witnessed);
    if (culprit) {
      const why = said.killed ? `timeout: took longer than ${Number(request.test_seconds.toPrecision(3))} seconds` : `the process ended in this test${said.died}`;
      whole.cases.push({ ...culprit, state: 'failed', seconds: 0, message: why });
      whole.code = 1;
      skip.push(...whole.cases.map(({ name }) => name).filter(Boolean));
      if (Date.now() < deadline && runner.skips) continue;
    } else if (said.killed || said.died) {
      unended(whole, said, each);
    }
    break;
  }
  if (Date.now() >= deadline) whole.code = TIME_UP;
  return whole;
}

/** A run that ended in no test at all: most often a file whose import does not end, or ends the process. */
function unended(whole, said, each) {
  const why = said.killed ? 'timeout: importing it does not come to an end' : `the process ended while it was imported${said.died}`;
  const missing = (each.include ?? []).filter((file) => !whole.cases.some((one) => one.file === file));
  whole.cases.push(...missing.map((file) => ({ file, name: '', state: 'failed', seconds: 0, message: why })));
  whole.code = said.killed ? TIME_UP : 1;
  whole.problem = missing.length ? '' : why;
}

const same = (one, other) => one.file === other.file && one.name === other.name;

/** Nothing of one run may be read as part of the next. */
function clear(folder) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
}

/** What workers wrote while they ran: `open` are tests that began and did not end. */
function read(folder) {
  const found = { open: [], ended: [], hits: [], shares: [], witnessed: [] };
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []) {
    if (name.startsWith('account-')) account(path.join(folder, name), found);
    if (name.startsWith('hits-')) found.hits.push(...parsed(fs.readFileSync(path.join(folder, name), 'utf8')));
  }
  return found;
}

function account(file, found) {
  const running = new Map();
  let hits;
  for (const entry of fs.readFileSync(file, 'utf8').split('\n').flatMap(parsed)) {
    const key = `${entry.file}::${entry.name}`;
    if (entry.coverage) found.shares.push(entry);
    if (entry.hits) hits = entry.hits;
    if (entry.begin) running.set(key, { file: entry.file, name: entry.name });
    if (entry.end) {
      running.delete(key);
      if (entry.end === 'fail') continue;
      found.witnessed.push(key);
      found.ended.push({ file: entry.file, name: entry.name, state: 'passed', seconds: 0, message: '' });
    }
  }
  if (hits) found.hits.push(hits);
  else found.hits.push(...found.shares.map(({ coverage }) => asHits(coverage)));
  found.open.push(...running.values());
}

const asHits = (coverage) =>
  Object.fromEntries(
    Object.entries(coverage).map(([file, { lines, arcs }]) => [file, { lines: lines.map((line) => [line, 1]), arcs: arcs.map((arc) => [...arc, 1]) }]),
  );

function parsed(line) {
  try {
    return line ? [JSON.parse(line)] : [];
  } catch {
    return [];
  }
}

/** Start the runner; resolve when it ended or was ended. */
function run(runner, each, request, skip, broken, deadline) {
  const { argv, environment = {} } = runner.start(each, request, skip, broken);
  const work = path.dirname(request.results);
  const log = fs.openSync(path.join(work, 'log.txt'), 'w');
  const child = spawn(process.execPath, argv, {
    cwd: path.join(request.tree, each.folder ?? '.'),
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...environment },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  fs.closeSync(log);
  const said = { messages: [], code: 0, killed: false, died: '', log: path.join(work, 'log.txt') };
  child.on('message', (message) => message?.testwright && said.messages.push(message.testwright));
  return watched(child, said, request, deadline);
}

function watched(child, said, request, deadline) {
  const size = () => said.messages.length + fs.readdirSync(request.results).reduce((sum, name) => sum + weight(path.join(request.results, name)), 0);
  return new Promise((resolve) => {
    let heard = Date.now();
    let last = size();
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    };
    const watch = setInterval(() => {
      const now = Date.now();
      const grown = size();
      if (grown !== last) [heard, last] = [now, grown];
      const patience = last ? request.test_seconds + 2.5 : Math.max(START, 2 * request.test_seconds);
      const over = said.messages.some((message) => message.end !== undefined) ? now - heard > 5000 : false;
      if (over) end();
      else if (now > deadline || now - heard > patience * 1000) {
        said.killed = true;
        end();
      }
    }, 250);
    const done = (code, signal) => {
      clearInterval(watch);
      end();
      said.messages.push(...sent(request.results));
      const ended = said.messages.some((message) => message.end !== undefined);
      said.code = code ?? 1;
      if (!ended && !said.killed && (signal || code > 1)) said.died = signal ? ` by ${signal}` : ` with exit code ${code}`;
      setTimeout(() => resolve(said), 20);
    };
    child.on('error', (error) => {
      said.died = ` (${error.message})`;
      done(70, null);
    });
    child.on('close', done);
  });
}

/** What a process wrote that could not send. */
function sent(folder) {
  const file = path.join(folder, 'sent.jsonl');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').flatMap(parsed) : [];
}

function weight(file) {
  try {
    return fs.statSync(file).size;
  } catch {
    return 0;
  }
}
