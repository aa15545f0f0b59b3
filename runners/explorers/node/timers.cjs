/** @file A clock that needs no waiting: timers of code under test run in order as soon as nothing else is left to do. */
'use strict';

const real = { setTimeout, setImmediate, clearTimeout };
const active = process.getActiveResourcesInfo.bind(process);
/** Turns with nothing under way after which nobody will ever keep a promise. */
const IDLE = 8;
const queue = { timers: [], now: 0, next: 1 };

/** What `setTimeout` gives in Node, as far as code uses it. */
class Timer {
  constructor(id) {
    this.id = id;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  hasRef() {
    return true;
  }
  refresh() {
    return this;
  }
  close() {
    drop(this);
    return this;
  }
  [Symbol.toPrimitive]() {
    return this.id;
  }
}

function add(run, delay, given, every) {
  if (typeof run !== 'function') throw new TypeError('The "callback" argument must be of type function.');
  const timer = new Timer(queue.next++);
  if (queue.timers.length < 2000) queue.timers.push({ timer, at: queue.now + Math.max(1, Number(delay) || 1), run, given, every });
  return timer;
}

function drop(timer) {
  const id = timer?.id ?? timer;
  queue.timers = queue.timers.filter((one) => one.timer.id !== id);
}

/** Replace the timers of all code. */
function install() {
  globalThis.setTimeout = (run, delay, ...given) => add(run, delay, given);
  globalThis.setInterval = (run, delay, ...given) => add(run, delay, given, Math.max(1, Number(delay) || 1));
  globalThis.setImmediate = (run, ...given) => add(run, 0, given);
  globalThis.clearTimeout = drop;
  globalThis.clearInterval = drop;
  globalThis.clearImmediate = drop;
}

/** Forget timers that a call left behind. */
function clear() {
  if (queue.timers.length) queue.timers = [];
}

/** Run the next timer; false when there is none. */
function fire() {
  if (!queue.timers.length) return false;
  const first = queue.timers.reduce((one, other) => (other.at < one.at ? other : one));
  queue.now = first.at;
  if (first.every) first.at += first.every;
  else drop(first.timer);
  try {
    first.run(...first.given);
  } catch {
    // as in Node, nobody who waits hears of it
  }
  return true;
}

/** Whether anything may still call back: a timer of Node, reading, writing, a thread that works. */
const underWay = () => active().filter((name) => !/^(Immediate|TTYWrap|PipeWrap)$/.test(name)).length > lasting;
/** How many of them an earlier call left behind for good, such as a watcher or a file that nobody closes. */
let lasting = 0;

/**
 * Wait for a promise while timers run; not for one that nothing under way can keep.
 *
 * @returns {Promise<{value?: unknown, error?: unknown, threw: boolean, late: boolean}>}
 */
async function settle(promise, turns = 60, milliseconds = 250) {
  const end = { late: true, threw: false };
  Promise.resolve(promise).then(
    (value) => Object.assign(end, { value, late: false }),
    (error) => Object.assign(end, { error, threw: true, late: false }),
  );
  const started = Date.now();
  for (let turn = 0; turn < 12 && end.late; turn++) await null;
  let idle = 0;
  for (let turn = 0; end.late && idle < IDLE && (turn < turns || queue.timers.length === 0) && Date.now() - started < milliseconds; turn++) {
    if (turn % 2) fire();
    idle = queue.timers.length || underWay() ? 0 : idle + 1;
    await new Promise((resolve) => real.setImmediate(resolve));
  }
  return end;
}

/** Let what a call left under way come to its end, so that the next call is not taken for it. */
async function quiet(milliseconds = 100) {
  const until = Date.now() + milliseconds;
  while (underWay() && Date.now() < until) await new Promise((resolve) => real.setImmediate(resolve));
  while (underWay()) lasting += 1;
}

module.exports = { quiet, install, clear, fire, settle, real, underWay, pending: () => queue.timers.length };
