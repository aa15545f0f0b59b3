/** @file Keeps code under test from ending the process, starting others, opening doors, waiting for input, or changing what all share. */
'use strict';

const fs = require('node:fs');

/** Thrown in place of what code under test may not do. */
class Forbidden extends Error {
  constructor(what) {
    super(`not allowed: ${what}`);
    this.name = 'Forbidden';
  }
}

const guard = {
  forbidden: 0,
  escaped: 0,
  /** What the code says, as [word, arguments of the call] pairs; null while nobody listens. */
  said: null,
};

/** Ways to say something: [owner, method, word, what the call gives]. */
const SAYING = [
  [console, 'log', 'printed'],
  [console, 'error', 'complained'],
  [console, 'warn', 'warned'],
  [process, 'emitWarning', 'emitted'],
  [process.stdout, 'write', 'written', true],
  [process.stderr, 'write', 'reported', true],
];

/** Say nothing, and remember it for those who listen. */
function listen() {
  for (const [owner, method, word, gives] of SAYING) {
    owner[method] = (...given) => {
      guard.said?.push([word, given]);
      return gives;
    };
  }
}

function forbid(owner, names, label) {
  for (const name of names) {
    if (typeof owner[name] !== 'function') continue;
    owner[name] = function forbidden() {
      guard.forbidden += 1;
      throw new Forbidden(`${label}.${name}`);
    };
  }
}

/** Reading from a descriptor that the code under test did not open would wait, or cut our own lines. */
function descriptors() {
  const opened = new Set();
  const { openSync, open } = fs;
  fs.openSync = function guarded(...given) {
    const descriptor = openSync.apply(this, given);
    opened.add(descriptor);
    return descriptor;
  };
  fs.open = function guarded(...given) {
    const done = given.pop();
    const noted = (error, descriptor) => {
      if (!error) opened.add(descriptor);
      return done(error, descriptor);
    };
    return open.call(this, ...given, typeof done === 'function' ? noted : done);
  };
  for (const name of ['readSync', 'read', 'readFileSync', 'readFile', 'writeSync', 'write', 'writeFileSync', 'writeFile', 'closeSync', 'close', 'fstatSync', 'fstat', 'appendFileSync', 'appendFile', 'ftruncateSync', 'ftruncate', 'futimesSync', 'futimes', 'fchmodSync', 'fchmod', 'fchownSync', 'fchown', 'fsyncSync', 'fsync']) {
    const native = fs[name];
    fs[name] = Object.assign(function guarded(first, ...rest) {
      if (typeof first === 'number' && !opened.has(first)) {
        guard.forbidden += 1;
        throw new Forbidden(`fs.${name} of a descriptor that it did not open`);
      }
      return native.call(this, first, ...rest);
    }, native);
  }
}

/** The clock and random numbers of a run: `shift` days later, another seed. */
function world(seed, shift) {
  let state = seed >>> 0;
  Math.random = () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 4294967296;
  };
  guard.reseed = () => {
    state = seed >>> 0;
  };
  if (!shift) return;
  const Native = Date;
  const later = shift * 86400000;
  const Shifted = new Proxy(Native, {
    construct: (target, given, self) => Reflect.construct(target, given.length ? given : [Native.now() + later], self === Shifted ? target : self),
    apply: () => new Native(Native.now() + later).toString(),
    get: (target, key) => (key === 'now' ? () => Native.now() + later : Reflect.get(target, key)),
  });
  globalThis.Date = Shifted;
  Native.prototype.constructor = Shifted;
}

/** Put everything in place, before the code under test is loaded. */
function install() {
  const processes = require('node:child_process');
  forbid(processes, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'], 'child_process');
  forbid(process, ['exit', 'kill', 'abort', 'reallyExit', 'chdir', '_kill', 'dlopen', 'setuid', 'setgid'], 'process');
  const net = require('node:net');
  forbid(net.Server.prototype, ['listen'], 'server');
  forbid(net.Socket.prototype, ['connect'], 'socket');
  forbid(require('node:dgram'), ['createSocket'], 'dgram');
  forbid(require('node:cluster'), ['fork'], 'cluster');
  listen();
  for (const name of ['info', 'debug', 'trace', 'dir', 'table', 'group', 'groupEnd', 'time', 'timeEnd']) console[name] = () => {};
  for (const name of ['unhandledRejection', 'uncaughtException']) process.on(name, () => (guard.escaped += 1));
  process.on('warning', () => {});
  descriptors();
}

const SHARED = ['Object', 'Array', 'String', 'Number', 'Function', 'Promise', 'RegExp', 'Date', 'Map', 'Set', 'Error', 'Symbol', 'Boolean'];
let kept = [];

/** Remember what all code shares. */
function remember() {
  const owners = [globalThis, ...SHARED.flatMap((name) => [globalThis[name], globalThis[name].prototype]), JSON, Math];
  kept = owners.map((owner) => [owner, new Map(Reflect.ownKeys(owner).map((key) => [key, Object.getOwnPropertyDescriptor(owner, key)]))]);
}

/** Whether something was added that every object shows. */
function polluted() {
  for (const _ in {}) return true; // eslint-disable-line guard-for-in
  for (const _ in []) return true; // eslint-disable-line guard-for-in
  return false;
}

/** Put back what all code shares. */
function restore() {
  for (const [owner, slots] of kept) {
    for (const key of Reflect.ownKeys(owner)) if (!slots.has(key)) delete owner[key];
    if (owner === globalThis) continue;
    for (const [key, slot] of slots) {
      const now = Object.getOwnPropertyDescriptor(owner, key);
      if (slot.configurable && (!now || now.value !== slot.value || now.get !== slot.get)) Object.defineProperty(owner, key, slot);
    }
  }
}

module.exports = { guard, install, world, remember, polluted, restore, Forbidden };
