/** @file The search in one process: calls found in texts first, then fresh cases, then changes of cases that come near open branches. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Random } = require('./random.cjs');
const { Strings } = require('./strings.cjs');
const { Generator } = require('./generate.cjs');
const { Harvest } = require('./harvest.cjs');
const { Subjects } = require('./subjects.cjs');
const { Composer } = require('./compose.cjs');
const { Mutator } = require('./mutate.cjs');
const { Archive } = require('./archive.cjs');
const { calls, commented } = require('./texts.cjs');
const { call, make, ref } = require('./values.cjs');
const { dump, load, text } = require('./cases.cjs');
const { isObject, nameOf } = require('./execute.cjs');
const timers = require('./timers.cjs');
const { isClass } = require('./subjects.cjs');
const { misfits } = require('./fits.cjs');

const PATIENCE = 60_000;
/** Milliseconds that a promise may take where calls are the budget, so that a busy machine changes nothing. */
const PATIENT = 1_000;
/** Calls after which a search with nothing open ends: by then it has seen the usual outcomes. */
const ENOUGH = 5_000;
/** Calls of each subject, and of all, that are made even when the time is over: a first pass. */
const FIRST = 25;
const FIRST_OF_ALL = 1_500;

/** One search. */
class Search {
  /** @param {import('./target.cjs').Target} target @param {object} request @param {{folder: string, restarts: number, write: Function, beat: Function}} outside */
  constructor(target, request, outside) {
    Object.assign(this, { target, request, outside });
    this.random = new Random(request.seed * 31 + outside.restarts * 7 + 1);
    this.names = target.names;
    this.places = target.places;
    /** What the project's own tests reach, and the import alone: no call has to. */
    this.known = this.places.bytes(request.covered_lines ?? [], request.covered_branches ?? []);
    target.imported.forEach((hit, byte) => (this.known[byte] |= hit));
    this.executor = target.executor();
    this.executor.beat = (one) => outside.beat(this.executor.count, one.subject);
    this.harvest = new Harvest(target.source, request.file, { tools: request.tools, compiler: target.loader.compiler });
    const regexes = [...this.harvest.regexes.keys()].map((whole) => ({ source: whole.slice(1, whole.lastIndexOf('/')), flags: whole.slice(whole.lastIndexOf('/') + 1) }));
    this.pools = { strings: [...this.harvest.strings.keys()], numbers: [...this.harvest.numbers.keys()], regexes, keys: [...this.harvest.keys], classes: [], functions: [] };
    this.subjects = new Subjects(this.names);
    this.subjects.find(target.exported);
    this.pools.classes = this.subjects.classes;
    this.pools.functions = this.subjects.functions;
    const strings = new Strings(this.random, request.tools);
    this.generator = new Generator({ random: this.random, strings, pools: this.pools });
    const parts = { random: this.random, generator: this.generator, strings, subjects: this.subjects, names: this.names, pools: this.pools };
    this.composer = new Composer(parts);
    this.mutator = new Mutator({ ...parts, composer: this.composer });
    for (const [group, path] of this.subjects.constants) this.composer.produced(group, { steps: [], call: ref(path) }, {});
    this.archive = new Archive(this.names, this.places.size);
    /** Whether the code may write where it stands. */
    this.touchesFiles = /\bfs\b|\bpath\b/.test(target.source);
    this.skip = new Set(request.skip ?? []);
    /** Calls after which the search ends, whatever the clock says. */
    this.most = request.executions ?? Infinity;
    if (request.executions) this.executor.wait.milliseconds = PATIENT;
    this.last = 0;
    this.lastGain = 0;
    this.open = [];
  }

  /** Whether anything is left that a call might reach. */
  get goals() {
    const left = [];
    for (let byte = 0; byte < this.places.size; byte++) if (!this.archive.best[byte] && !this.known[byte]) left.push(byte);
    return left;
  }

  /** Run a case and learn from it; the outcome when it is of use. */
  async try(one, log = false) {
    const run = this.executor.run(one, log);
    const outcome = run instanceof Promise ? await run : run;
    const subject = this.subjects.list[one.subject];
    subject.runs += 1;
    if (!subject.info && outcome.entered >= 0 && outcome.at < 0) this.learn(subject, outcome.entered);
    if (this.touchesFiles && leftovers()) outcome.bad ||= 'leaves files behind';
    if (timers.underWay()) {
      subject.late ||= !outcome.asynchronous;
      await timers.quiet(this.request.executions ? PATIENT : undefined);
    }
    if (outcome.bad) {
      const count = /too long|never ends/.test(outcome.bad) ? 'slow' : 'refused';
      subject[count] = (subject[count] ?? 0) + 1;
      return undefined;
    }
    if (outcome.at >= 0) return undefined;
    if (outcome.asynchronous && (one.kind === 'method' || one.kind === 'function')) subject.awaited = true;
    const fresh = this.archive.add(one, outcome, this.missing(one, subject));
    if (fresh) {
      this.lastGain = this.executor.count;
      this.outside.keep(dump(one));
    }
    if (!outcome.threw) this.feed(subject, one, outcome, fresh);
    return outcome;
  }

  /** How many arguments a call leaves out that it is asked for; those that types forbid count twice. */
  missing(one, subject) {
    const { call: node } = one;
    if (node.k !== 'call' && node.k !== 'new') return 0;
    return Math.max(0, subject.required - (node.items.length - (node.k === 'call' ? 1 : 0))) + 2 * misfits(subject, node);
  }

  learn(subject, entered) {
    const { start } = this.places.coverage.fnMap[entered].loc;
    subject.info = this.harvest.functions.get(`${start.line}:${start.column}`) ?? null;
  }

  /** Hand what a call gave to further calls. */
  feed(subject, one, outcome, fresh) {
    const { value } = outcome;
    if (one.kind === 'constructor') {
      this.composer.produced(subject.path, one, outcome);
      if (subject.runs < 30 && isObject(value)) this.subjects.own(value, subject.path);
    }
    if (!isObject(value) || outcome.items || one.kind === 'property' || outcome.given.includes(value)) return;
    const type = nameOf(value);
    if (subject.group && value === outcome.names.get(one.steps.at(-1)?.name)) return;
    const known = this.generator.made;
    const pure = one.steps.length === 0 && !outcome.asynchronous && one.call.k !== 'raw';
    if (pure && (fresh || this.random.chance(0.02)) && (typeof value === 'function' || !Array.isArray(value)) && Object.getPrototypeOf(value) !== Object.prototype) {
      if (known.length < 60) known.push({ node: one.call, type, text: text(one, this.names) });
      else if (fresh) known[this.random.below(60)] = { node: one.call, type };
    }
    if (one.steps.length > 3 || isClass(value)) return;
    const group = this.subjects.returned(value, subject);
    if (group && group !== subject.group) this.composer.produced(group, one, outcome);
  }

  /** Run calls that texts and comments show. */
  async documented() {
    const { ts } = this.harvest;
    const texts = (this.request.texts ?? []).map((file) => [file, read(file), /\.[cm]?[jt]sx?$/.test(file) ? 'project' : 'documentation']);
    texts.push(['comments.txt', [...this.harvest.functions.values()].flatMap((one) => commented(one.doc)).join('\n'), 'documentation']);
    for (const found of calls(ts, texts)) {
      for (const subject of this.subjects.list.filter((one) => !one.group && one.unit.split('.').at(-1) === found.name)) {
        if (found.made !== (subject.kind === 'constructor')) continue;
        const shown = found.items.map((item) => item ?? this.generator.tree({ t: 'any' }));
        const node = found.made ? make(subject.path, ...shown) : call(ref(subject.path), ...shown);
        const one = this.composer.finished(subject, [], node, found.whole ? found.origin : 'search');
        if (!this.archive.seen(one) && this.executor.count < this.most) await this.try(one);
      }
      for (const subject of this.subjects.list.filter((one) => one.group && one.member === found.name)) (subject.shown ??= []).push(found);
    }
  }

  /** Weight of a subject: what is open in it, how often it was tried. */
  weigh(subject) {
    if (this.skip.has(subject.index) || (subject.slow > 12 && subject.slow > subject.runs * 0.8)) return 0;
    if (subject.refused > 150 && subject.refused > subject.runs * 0.97) return 0;
    const { info } = subject;
    let open = 0;
    if (info) for (const byte of this.open) if (this.places.lineOf[byte] >= info.first && this.places.lineOf[byte] <= info.last) open += 1;
    return (info ? 0.15 + Math.min(6, open) : 1.2) / (1 + subject.runs / 800) + 0.02;
  }

  choose() {
    if (this.executor.count - this.weighed > 300 || !this.weights || this.weights.length !== this.subjects.list.length) {
      this.weighed = this.executor.count;
      this.open = this.goals;
      this.weights = this.subjects.list.map((subject) => [this.weigh(subject), subject]);
    }
    return this.random.weighted(this.weights);
  }

  /** One turn: something fresh, something changed, or something aimed at an open branch. */
  async turn() {
    const { random } = this;
    const roll = random.next();
    if (roll < 0.45 && this.open.length && (await this.aim())) return;
    const subject = this.choose();
    const corpus = this.archive.corpus.get(subject.index);
    let one;
    if (corpus?.length && random.chance(0.55)) one = this.mutator.change(random.pick(corpus).one);
    else if (subject.shown?.length && random.chance(0.3)) one = this.shown(subject);
    else one = this.composer.fresh(subject);
    if (!one) return this.produce(subject);
    if (!this.archive.seen(one)) await this.try(one);
  }

  /** A call of a method as a text shows it. */
  shown(subject) {
    const steps = this.composer.receiver(subject);
    const found = this.random.pick(subject.shown);
    if (!steps || found.made) return this.composer.fresh(subject);
    const target = this.composer.on(subject, steps.at(-1).name);
    if (target.k !== 'call') return this.composer.fresh(subject);
    const items = found.items.map((item) => item ?? this.generator.tree({ t: 'any' }));
    return this.composer.finished(subject, steps, call(target.items[0], ...items), found.whole ? found.origin : 'search');
  }

  /** No object to call on yet: try what might make one. */
  async produce(subject) {
    subject.runs += 0.2;
    const maker = this.subjects.list.find((one) => one.kind === 'constructor' && one.path === subject.group);
    if (maker) await this.try(this.composer.fresh(maker));
  }

  /** Take an open arm whose branch point is reached, and change a case that reaches it by what was compared there. */
  async aim() {
    const { random, archive, places } = this;
    const byte = random.pick(this.open);
    if (archive.best[byte]) return false;
    const siblings = places.siblings.get(byte);
    const from = siblings ? siblings.flatMap((one) => archive.near[one]) : [];
    if (!from.length) return false;
    const kept = random.pick(from);
    const outcome = await this.try(kept.one, true);
    if (!outcome?.log) return true;
    const [first, last] = places.span.get(byte);
    const entries = outcome.log.filter(([line]) => line >= first && line <= last);
    const chosen = entries.length && random.chance(0.8) ? random.pick(entries) : outcome.log.length ? random.pick(outcome.log) : undefined;
    const made = chosen ? this.mutator.directed(kept.one, chosen) : [];
    const tries = made.length > 3 ? Array.from({ length: 3 }, () => random.pick(made)) : made;
    if (!tries.length || random.chance(0.3)) tries.push(this.mutator.change(kept.one));
    for (const one of tries) if (!archive.seen(one)) await this.try(one);
    return true;
  }

  /** Whether the time is over and a first pass was made, or no time at all is left. */
  over(deadline, latest) {
    const now = Date.now();
    return now >= latest || (now >= deadline && this.executor.count >= Math.min(FIRST_OF_ALL, this.subjects.list.length * FIRST));
  }

  /** Search until nothing is open, nothing more comes, or the time is over; the word for how it ended. */
  async run(deadline, latest) {
    for (const line of this.outside.before()) await this.try(load(line));
    for (const subject of [...this.subjects.list]) {
      if (this.skip.has(subject.index)) continue;
      for (let turn = 0; turn < 4 && this.executor.count < this.most; turn++) {
        const one = this.composer.fresh(subject);
        if (one && Date.now() < latest) await this.try(one);
      }
    }
    await this.documented();
    for (let turn = 0; ; turn++) {
      if (this.executor.count >= this.most) return 'budget';
      if (turn % 64 === 0) {
        const now = Date.now();
        this.open = this.goals;
        if (now - this.last > 500) this.progress(now);
        if (!this.subjects.list.length) return 'nothing to call';
        if (!this.open.length && this.executor.count > ENOUGH) return 'all reached';
        if (this.over(deadline, latest)) return 'budget';
        if (this.executor.count - this.lastGain > PATIENCE) return 'no progress';
      }
      await this.turn();
    }
  }

  progress(now) {
    this.last = now;
    const [lines, arcs] = this.places.named(this.archive.best.map((kept, byte) => kept || this.target.imported[byte]));
    this.outside.write({ type: 'progress', seconds: (now - this.outside.started) / 1000, executions: this.executor.count, branches: arcs.length, lines: lines.length });
  }
}

/** Clear the folder that we work in; whether there was anything. */
function leftovers() {
  const found = fs.readdirSync('.');
  for (const name of found) fs.rmSync(name, { recursive: true, force: true });
  return found.length > 0;
}

function read(file) {
  try {
    return fs.readFileSync(path.resolve(file), 'utf8');
  } catch {
    return '';
  }
}

module.exports = { Search };
