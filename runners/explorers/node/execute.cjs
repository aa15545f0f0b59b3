/** @file Runs one case: its steps, its call, whatever it promises or yields; says what came out and which bytes it set. */
'use strict';

const { runtime, OutOfSteps } = require('./runtime.cjs');
const { build } = require('./values.cjs');
const { guard, Forbidden, polluted, restore } = require('./guard.cjs');
const timers = require('./timers.cjs');

const STEPS = 100_000;
const ITEMS = 60;
const ACCIDENTS = /is not a function|is not iterable|is not a constructor|Cannot (read|set) propert|Cannot destructure|Cannot convert|Cannot assign to read only|Cannot add property|Cannot delete property|Cannot use 'in'|Cannot mix BigInt|Cannot redefine|is not defined|Maximum call stack|Invalid array length|Class constructor|Class extends|object is not extensible|Right-hand side of|called on (null|undefined|incompatible|non-object)|incompatible receiver|before initialization|Converting circular|Invalid string length|Reduce of empty array|Method .* called on|Invalid time value|must be of type function|Private field|Receiver must be|not a valid array length|cannot be invoked without 'new'|Function.prototype|Array buffer allocation|Invalid count value|requires that 'this'|this is not|Iterator result|must be callable|must be a constructor|Symbol value to a|Found non-callable|Object prototype may only/i;

/** What a case did. */
class Outcome {
  constructor() {
    this.value = undefined;
    this.error = undefined;
    this.threw = false;
    /** What a returned iterator gave. */
    this.items = undefined;
    this.endless = false;
    this.asynchronous = false;
    this.iterates = '';
    this.names = new Map();
    this.given = [];
    /** Index of the step that threw; -1 for the call. */
    this.at = -1;
    /** Why the run is of no use: took too long, did what is forbidden. */
    this.bad = '';
    this.late = false;
  }

  /** Whether the code raised it on purpose. */
  get declared() {
    return this.threw && isObject(this.error) && runtime.made.has(this.error);
  }

  /** Whether it is a mistake of whoever called, which no test should state. */
  get accidental() {
    if (!this.threw || this.declared) return false;
    if (!(this.error instanceof Error)) return false;
    if (/^ERR_(INVALID_ARG|INVALID_CALLBACK|MISSING_ARGS|UNKNOWN_ENCODING|OUT_OF_RANGE)/.test(this.error.code ?? '')) return true;
    return /^(TypeError|ReferenceError|RangeError|SyntaxError)$/.test(this.error.name) && (ACCIDENTS.test(this.error.message) || this.error.code === undefined && this.error.name !== 'SyntaxError' && this.error.name !== 'RangeError');
  }

  /** A short word for the sort of outcome. */
  get kind() {
    if (this.threw) return `!${isObject(this.error) ? this.error.name ?? '' : typeof this.error}:${this.declared ? String(this.error.message).slice(0, 14) : ''}`;
    const { value } = this;
    if (value === null || typeof value === 'boolean' || value === undefined) return String(value);
    if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : value === 0 ? 'zero' : value < 0 ? 'negative' : Number.isFinite(value) ? 'number' : 'infinite';
    if (typeof value === 'string') return value ? 'text' : 'empty';
    if (Array.isArray(value)) return value.length ? 'list' : 'no items';
    if (typeof value === 'object') return `object ${nameOf(value)}`;
    return typeof value;
  }
}

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** The name of a value's class. */
function nameOf(value) {
  try {
    return String(Object.getPrototypeOf(value)?.constructor?.name ?? '');
  } catch {
    return '';
  }
}

/** Runs cases in one module. */
class Executor {
  constructor(resolve, owner) {
    this.resolve = resolve;
    this.owner = owner;
    this.count = 0;
    /** Called before each run, so that somebody outside sees that we live. */
    this.beat = () => {};
    this.wait = { turns: 60, milliseconds: 250 };
  }

  /** Start a case; an outcome, or a promise of one when it has to be waited for. */
  run(one, log = false) {
    this.count += 1;
    this.beat(one);
    runtime.h.fill(0);
    runtime.left = STEPS;
    runtime.exceeded = false;
    runtime.log = log ? [] : null;
    const before = guard.forbidden;
    const outcome = new Outcome();
    const world = {
      resolve: this.resolve, owner: this.owner, names: outcome.names,
      text: (text) => new Function(...outcome.names.keys(), `"use strict"; return (${text}\n);`)(...outcome.names.values()),
    };
    guard.reseed?.();
    const step = this.arrange(one, outcome, world, 0);
    if (step) return step.then(() => this.called(one, outcome, world, before));
    return this.called(one, outcome, world, before);
  }

  /** Run the steps from one on; a promise when one of them has to be waited for. */
  arrange(one, outcome, world, from) {
    for (let index = from; index < one.steps.length; index++) {
      const { name, node, awaited } = one.steps[index];
      try {
        const value = build(node, world);
        if (name) outcome.names.set(name, value);
        if (awaited) {
          return timers.settle(value, this.wait.turns, this.wait.milliseconds).then((end) => {
            if (name) outcome.names.set(name, end.value);
            if (end.threw || end.late) Object.assign(outcome, { threw: true, error: end.error, at: index, late: end.late });
            return end.threw || end.late ? undefined : this.arrange(one, outcome, world, index + 1);
          });
        }
        if (value && typeof value.then === 'function' && typeof value.catch === 'function') value.catch(() => {});
      } catch (error) {
        Object.assign(outcome, { threw: true, error, at: index });
        return undefined;
      }
    }
    return undefined;
  }

  /** The call with its arguments made; undefined when one of them throws: that says nothing of what is called. */
  given(one, outcome, world) {
    const { call } = one;
    if (call.k !== 'call' && call.k !== 'new') return call;
    try {
      return { ...call, items: call.items.map((item, index) => (call.k === 'call' && index === 0 ? item : { k: 'lit', v: build(item, world) })) };
    } catch (error) {
      Object.assign(outcome, { threw: true, error, at: one.steps.length });
      return undefined;
    }
  }

  /** Make the call itself. */
  called(one, outcome, world, before) {
    if (outcome.threw) return this.finish(outcome, before);
    world.invoke = (callee, self, given) => {
      outcome.given = given;
      return Reflect.apply(callee, self, given);
    };
    const waited = one.call.promised && new Promise((resolve) => {
      world.settled = (...values) => resolve(values);
    });
    const ready = this.given(one, outcome, world);
    if (!ready) return this.finish(outcome, before);
    runtime.e = -1;
    outcome.asynchronous = Boolean(waited);
    try {
      outcome.value = build(ready, world);
      if (waited) outcome.value = waited;
    } catch (error) {
      outcome.threw = true;
      outcome.error = error;
      return this.finish(outcome, before);
    }
    return this.follow(outcome, before, one);
  }

  /** Wait for what was promised, take what is yielded. */
  follow(outcome, before, one) {
    let { value } = outcome;
    try {
      if (isObject(value) && typeof value.then === 'function' && !(one.kind === 'constructor')) {
        outcome.asynchronous = true;
        return timers.settle(value, this.wait.turns, this.wait.milliseconds).then((end) => {
          Object.assign(outcome, end);
          return end.threw ? this.finish(outcome, before) : this.yielded(outcome, before);
        });
      }
    } catch (error) {
      value = undefined;
      Object.assign(outcome, { threw: true, error });
      return this.finish(outcome, before);
    }
    const waits = one.steps.length > 0 && timers.pending() > 0 && outcome.names.has('calls');
    if (waits) for (let turn = 0; turn < 20 && timers.fire(); turn++);
    return this.yielded(outcome, before);
  }

  yielded(outcome, before) {
    const { value } = outcome;
    try {
      if (isObject(value) && typeof value.next === 'function') {
        if (typeof value[Symbol.asyncIterator] === 'function') return this.collect(outcome, before);
        if (typeof value[Symbol.iterator] === 'function') {
          outcome.iterates = 'sync';
          outcome.items = [];
          for (const item of value) {
            outcome.items.push(item);
            if (outcome.items.length >= ITEMS) {
              outcome.endless = true;
              break;
            }
          }
        }
      }
    } catch (error) {
      Object.assign(outcome, { threw: true, error });
    }
    return this.finish(outcome, before);
  }

  async collect(outcome, before) {
    outcome.iterates = 'async';
    outcome.items = [];
    const { value } = outcome;
    for (let turn = 0; turn < ITEMS; turn++) {
      const end = await timers.settle(value.next(), this.wait.turns, this.wait.milliseconds);
      if (end.threw || end.late || end.value?.done) {
        if (end.threw || end.late) Object.assign(outcome, { threw: end.threw, late: end.late, error: end.error });
        return this.finish(outcome, before);
      }
      outcome.items.push(end.value?.value);
    }
    outcome.endless = true;
    return this.finish(outcome, before);
  }

  finish(outcome, before) {
    runtime.left = Infinity;
    runtime.log = runtime.log ?? null;
    outcome.log = runtime.log;
    runtime.log = null;
    outcome.hits = runtime.h.slice();
    outcome.entered = runtime.e;
    if (runtime.exceeded || outcome.error instanceof OutOfSteps) outcome.bad = 'takes too long';
    else if (guard.forbidden !== before || outcome.error instanceof Forbidden) outcome.bad = 'does what is not allowed';
    else if (outcome.late) outcome.bad = 'never ends';
    timers.clear();
    if (polluted()) {
      outcome.bad ||= 'changes what all objects share';
      restore();
    }
    return outcome;
  }
}

module.exports = { Executor, Outcome, isObject, nameOf };
