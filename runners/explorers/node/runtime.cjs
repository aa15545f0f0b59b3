/** @file What instrumented code talks to while it runs: counters, a budget of steps, the operands it compared, the errors it made. */
'use strict';

const LOGGED = 400;

/** Thrown when a call runs too long; code under test may catch it, but then meets it again at its next statement. */
class OutOfSteps extends Error {
  constructor() {
    super('out of steps');
    this.name = 'OutOfSteps';
  }
}

/** Compare as the operator does. */
const COMPARE = {
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
  '==': (a, b) => a == b, // eslint-disable-line eqeqeq
  '!=': (a, b) => a != b, // eslint-disable-line eqeqeq
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  instanceof: (a, b) => a instanceof b,
  in: (a, b) => a in b,
};

const runtime = {
  /** One byte for each statement and arm of the target: whether this call ran it. */
  h: new Uint8Array(1),
  left: Infinity,
  /** The function that was entered first. */
  e: -1,
  exceeded: false,
  /** Operands seen by this call as [line, operator, left, right], or null when nobody wants them. */
  log: null,
  /** Errors that the code itself made. */
  made: new WeakSet(),

  over() {
    runtime.exceeded = true;
    throw new OutOfSteps();
  },
  note(line, operator, left, right) {
    if (runtime.log.length < LOGGED) runtime.log.push([line, operator, left, right]);
  },
  /** A comparison. */
  c(line, operator, left, right) {
    if (runtime.log) runtime.note(line, operator, left, right);
    return COMPARE[operator](left, right);
  },
  /** `typeof value`, compared with a name. */
  ty(line, value, name) {
    if (runtime.log) runtime.note(line, 'typeof', value, name);
    return typeof value;
  },
  /** The value that decides a branch. */
  t(line, value) {
    if (runtime.log) runtime.note(line, 'truth', value, undefined);
    return value;
  },
  /** A switch over literals. */
  sw(line, value, names) {
    if (runtime.log) for (const name of names) runtime.note(line, '===', value, name);
    return value;
  },
  /** The receiver of a telling method such as `startsWith`, before the call. */
  o(line, value, method) {
    if (runtime.log) runtime.note(line, `.${method}`, value, undefined);
    return value;
  },
  /** The first argument of a telling method. */
  a(line, value) {
    const last = runtime.log?.[runtime.log.length - 1];
    if (last && last[0] === line && last[1][0] === '.') last[3] = value;
    else if (runtime.log) runtime.note(line, 'argument', value, undefined);
    return value;
  },
  /** An error that the code made or threw. */
  x(error) {
    if (error !== null && (typeof error === 'object' || typeof error === 'function')) runtime.made.add(error);
    return error;
  },
};

module.exports = { runtime, OutOfSteps };
