/** @file A process that loads the code under test, seen from outside: its sign of life, and the work it did since. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');

const MEMORY = 700;
/** Clock ticks a second in which Linux counts the work of a process. */
const TICKS = 100;

/** A process of ours and its sign of life. */
class Watched {
  constructor(role, folder, cwd, heartbeat, ...given) {
    fs.rmSync(path.join(folder, heartbeat), { force: true });
    const argv = [`--max-old-space-size=${MEMORY}`, '--no-warnings', '--stack-size=900', path.join(__dirname, 'child.cjs'), role, path.join(folder, 'request.json'), ...given.map(String)];
    const debug = process.env.EXPLORER_DEBUG ? 'inherit' : 'ignore';
    const zone = given[0] === 'b' ? 'Asia/Tokyo' : 'UTC';
    this.process = spawn(process.execPath, argv, { cwd, stdio: ['ignore', 'ignore', debug], detached: true, env: { ...process.env, NODE_OPTIONS: '', TZ: zone } });
    this.process.on('exit', (code, signal) => {
      this.ended = signal ?? code;
    });
    this.ended = undefined;
    this.file = path.join(folder, heartbeat);
    this.since = Date.now();
    this.worked = 0;
    this.last = '';
  }

  /** Milliseconds that it has worked so far; undefined where nobody can tell. */
  work() {
    try {
      const fields = fs.readFileSync(`/proc/${this.process.pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
    } catch {
      return undefined;
    }
  }

  /** Milliseconds since the last sign of life. */
  silent() {
    let now = '';
    try {
      now = fs.readFileSync(this.file, 'utf8').trim();
    } catch {
      // not begun
    }
    if (now !== this.last) {
      this.last = now;
      this.since = Date.now();
      this.worked = this.work() ?? 0;
    }
    return Date.now() - this.since;
  }

  /** Whether it gave no sign of life for so much work, or for so long a wait. */
  hangs(work, wait) {
    const silent = this.silent();
    if (silent <= work) return false;
    return silent > wait || (this.work() ?? Infinity) - this.worked > work * 0.8;
  }

  /** What it was at, by its last sign of life. */
  get at() {
    this.silent();
    return this.last.split(' ')[1] ?? '-1';
  }

  kill() {
    try {
      process.kill(-this.process.pid, 'SIGKILL');
    } catch {
      // gone
    }
  }
}

module.exports = { Watched };
