/** @file Keeps code under test from ending the process, starting others, opening doors, waiting for input, or changing what all share. */
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

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
  /** Where our own notes are: Node writes them by the functions that are guarded. */
  folder: '',
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

/** What changes files, and which of its arguments are paths that it changes. */
const CHANGING = {
  mkdir: [0], mkdtemp: [0], writeFile: [0], appendFile: [0], truncate: [0], rm: [0], rmdir: [0], unlink: [0], chmod: [0], chown: [0], lchown: [0],
  utimes: [0], lutimes: [0], open: [0], rename: [0, 1], link: [0, 1], symlink: [1], copyFile: [1], cp: [1], createWriteStream: [0],
};
const READING = /^(r|rs|sr)$/;

/** Whether a path is neither in the folder that we work in nor in that of temporary files: a test must not change anything there. */
function isOutside(given, cwd) {
  const text = given instanceof URL ? fileURLToPath(given) : Buffer.isBuffer(given) ? given.toString() : given;
  if (typeof text !== 'string' || text.includes('\0')) return false;
  const place = path.resolve(cwd(), text);
  return ![cwd(), os.tmpdir(), guard.folder].some((root) => root && (place === root || place.startsWith(root + path.sep)));
}

/** Nothing is changed but in the folder that we work in and that of temporary files. */
function confine() {
  const cwd = process.cwd.bind(process);
  const wrap = (owner, name, places) => {
    const native = owner[name];
    if (typeof native !== 'function') return;
    owner[name] = Object.assign(function guarded(...given) {
      const reads = /^open/.test(name) && (typeof given[1] !== 'string' ? !given[1] || typeof given[1] === 'function' : READING.test(given[1]));
      if (!reads && places.some((at) => isOutside(given[at], cwd))) {
        guard.forbidden += 1;
        throw new Forbidden(`fs.${name} outside of the folder of temporary files`);
      }
      return native.apply(this, given);
    }, native);
  };
  for (const [name, places] of Object.entries(CHANGING)) {
    wrap(fs, name, places);
    wrap(fs, `${name}Sync`, places);
    wrap(fs.promises, name, places);
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
  confine();
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
