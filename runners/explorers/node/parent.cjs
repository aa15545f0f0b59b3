/** @file One exploration, seen from outside: starts the search, then two observers; kills what hangs; writes what both observers saw. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { agreed } = require('./observe.cjs');
const { Watched } = require('./watched.cjs');

/** Milliseconds of work, or of waiting, without a sign of life after which a call counts as one that hangs. */
const SILENCE = 2500;
const LOADING = 30_000;
const SLOW_LOAD = 10_000;
/** Milliseconds over the given time that a first pass may take where the machine hardly lets us work: for the search, for everything. */
const GRACE = { search: 5_000, all: 10_000 };
/** Observations that are waited for within that grace, besides those of which each is needed for a line or a branch. */
const LEAST = 24;
const RESTARTS = 8;

/** Runs everything for one request. */
class Exploration {
  constructor(request, scratch) {
    this.request = request;
    this.started = Date.now();
    this.seconds = Number(request.seconds);
    this.out = path.join(scratch, 'observations.jsonl');
    this.folder = path.join(scratch, '.explorer');
    this.cwd = path.join(scratch, 'run');
    for (const folder of [this.folder, this.cwd]) fs.mkdirSync(folder, { recursive: true });
    this.skip = [];
    this.strikes = new Map();
    this.said = new Set();
    this.copied = 0;
  }

  write(row) {
    fs.appendFileSync(this.out, `${JSON.stringify(row)}\n`);
  }

  at(share) {
    return this.started + this.seconds * 1000 * share;
  }

  /** When the search has to be over even where it could hardly work. */
  get latest() {
    return this.at(1) + GRACE.search;
  }

  /** How long a process may wait for its turn before it counts as one that hangs. */
  get patience() {
    return Math.max(SILENCE, Math.min(10_000, this.seconds * 250));
  }

  read(name) {
    try {
      return fs.readFileSync(path.join(this.folder, name), 'utf8');
    } catch {
      return undefined;
    }
  }

  async run() {
    const ending = await this.search();
    if (!this.read('batch.jsonl')) this.fallBack();
    if (this.read('batch.jsonl')) await this.observe();
    const final = JSON.parse(this.read('done.json') ?? '{}');
    for (const line of new Set(final.open ?? [])) this.write({ type: 'unreached', line, why: 'no call that was tried gets here' });
    this.write({ type: 'end', ending, mutants: 0, executions: final.executions ?? 0, seconds: (Date.now() - this.started) / 1000 });
  }

  /** The search died before it could choose: take what it noted on its way. */
  fallBack() {
    const lines = (this.read('cases.jsonl') ?? '').split('\n').slice(0, -1).slice(-150);
    const rows = lines.map((line, index) => JSON.stringify({ id: `case-${index}`, case: line, parameters: [], condition: '', size: Math.round(line.length / 20) }));
    if (rows.length) fs.writeFileSync(path.join(this.folder, 'batch.jsonl'), `${rows.join('\n')}\n`);
  }

  /** Search, starting again where a call killed or hung the process; the word for how it ended. */
  async search() {
    for (let restarts = 0; restarts < RESTARTS; restarts++) {
      fs.writeFileSync(path.join(this.folder, 'request.json'), JSON.stringify({ ...this.request, skip: this.skip }));
      fs.rmSync(path.join(this.folder, 'ready.json'), { force: true });
      const child = new Watched('search', this.folder, this.cwd, 'heartbeat', restarts, this.started, this.at(0.74), this.latest);
      const why = await this.watch(child);
      if (why === 'done') break;
      if (!restarts && !this.read('ready.json')) return why === 'hangs' || why === 'late' ? 'timeout' : `import failed: the process ended with ${child.ended}`;
      if (why === 'late') return 'budget';
      const at = Number(child.at);
      this.strikes.set(at, (this.strikes.get(at) ?? 0) + 1);
      if (at >= 0 && this.strikes.get(at) > 1) this.skip.push(at);
      this.ending = why;
    }
    const final = JSON.parse(this.read('done.json') ?? '{}');
    return final.failed ? `import failed: ${final.failed}` : final.ending ?? this.ending ?? 'crashed';
  }

  async watch(child) {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      this.progress();
      if (this.read('done.json')) {
        child.kill();
        return 'done';
      }
      if (child.ended !== undefined) return `crashed: ${child.ended}`;
      const begun = this.read('ready.json') !== undefined;
      if (begun ? Date.now() > this.latest + 1000 : this.loadsTooLong(child)) {
        child.kill();
        return 'late';
      }
      if (begun ? child.hangs(SILENCE, this.patience) : child.silent() > LOADING) {
        child.kill();
        return 'hangs';
      }
    }
  }

  /** Whether loading took its share of the time and was not just kept from working. */
  loadsTooLong(child) {
    const now = Date.now();
    if (now <= Math.max(this.at(0.6), this.started + SLOW_LOAD)) return false;
    return now > this.latest || (child.work() ?? Infinity) > SLOW_LOAD / 2;
  }

  /** Pass on what the search noted. */
  progress() {
    const all = this.read('progress.jsonl') ?? '';
    const whole = all.slice(this.copied, all.lastIndexOf('\n') + 1);
    if (whole) fs.appendFileSync(this.out, whole);
    this.copied += whole.length;
  }

  async observe() {
    const skip = { a: [], b: [] };
    const start = (name) => new Watched('observe', this.folder, this.cwd, `${name}.heartbeat`, name, JSON.stringify(skip[name]));
    const running = { a: start('a'), b: start('b') };
    const needed = Math.max(LEAST, this.read('batch.jsonl').split('\n').filter((line) => line && JSON.parse(line).needed).length);
    const last = this.at(1) + GRACE.all;
    for (let deaths = 0; Date.now() < (this.said.size < needed ? last : this.at(0.98)); ) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      for (const name of ['a', 'b']) {
        const child = running[name];
        if (child.ended === undefined && child.hangs(SILENCE * 2, Math.max(SILENCE * 2, this.patience))) child.kill();
        if (child.ended === undefined || this.read(`${name}.over`) !== undefined || deaths > 40) continue;
        deaths += 1;
        skip[name].push(child.at);
        running[name] = start(name);
      }
      this.merge();
      if (['a', 'b'].every((name) => this.read(`${name}.over`) !== undefined)) break;
    }
    this.merge();
    for (const child of Object.values(running)) child.kill();
  }

  /** Write the observations on which both agree. */
  merge() {
    const rows = (name) => (this.read(`${name}.jsonl`) ?? '').split('\n').slice(0, -1).map((line) => JSON.parse(line));
    const second = new Map(rows('b').map((row) => [row.id, row]));
    for (const row of rows('a')) {
      if (this.said.has(row.id) || !second.has(row.id)) continue;
      this.said.add(row.id);
      const made = agreed(row, second.get(row.id));
      if (made) this.write(made);
    }
  }
}

module.exports = { Exploration };
