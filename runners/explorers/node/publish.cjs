/** @file Chooses what the search says: the plainest cases for every line and branch, for sorts of outcomes, and typical ones; made small. */
'use strict';

const crypto = require('node:crypto');
const { shrink } = require('./shrink.cjs');
const { literal } = require('./literal.cjs');
const { build, variable, walk } = require('./values.cjs');
const { dump, text, weight } = require('./cases.cjs');
const { IDENTIFIER, RESERVED } = require('./names.cjs');

const MOST = 260;
const SECOND = 60;
const OUTCOMES = 6;
const TYPICAL = 3;
const TRIES = 160;

/** Whether a value is one that a literal of ours made. */
const isPlain = (value) => [Object, Array, Map, Set].includes(value?.constructor);

/** Few plain cases that together set all wanted bytes, each with what it was chosen for. */
function cover(pool, want) {
  const gains = pool.map((kept) => ({ kept, bytes: [...want].filter((byte) => kept.hits[byte]), bound: Infinity }));
  const value = (entry) => {
    entry.bytes = entry.bytes.filter((byte) => want.has(byte));
    return entry.bytes.length / (6 + entry.kept.cost);
  };
  const picked = [];
  for (const entry of gains) entry.bound = value(entry);
  while (want.size && gains.length) {
    // what a case adds only ever falls: the first whose fresh value is at least every other's old one is the best
    gains.sort((a, b) => b.bound - a.bound);
    let at = 0;
    for (let best = -1; at < gains.length && gains[at].bound > best; at++) {
      gains[at].bound = value(gains[at]);
      best = Math.max(best, gains[at].bound);
    }
    const top = gains.slice(0, at).reduce((one, other) => (other.bound > one.bound ? other : one));
    if (!top.bound) break;
    top.bytes.forEach((byte) => want.delete(byte));
    picked.push([top.kept, top.bytes]);
    gains.splice(gains.indexOf(top), 1);
  }
  return picked;
}

/** Writes chosen cases for the observers. */
class Publisher {
  constructor(search) {
    Object.assign(this, { search, archive: search.archive, executor: search.executor, names: search.names, places: search.places });
    this.said = new Set();
  }

  /** [case, bytes it was chosen for] pairs: a cover of everything reached, then other outcomes. */
  chosen() {
    const { archive, search } = this;
    const want = new Set();
    const pool = new Set();
    archive.best.forEach((kept, byte) => {
      if (!kept || kept.accidental || search.known[byte]) return;
      want.add(byte);
      pool.add(kept);
    });
    for (const kept of archive.outcomes.values()) if (!kept.accidental) pool.add(kept);
    const all = new Set(want);
    const picked = cover([...pool], want);
    // once more with others, for what the observers will refuse
    const first = new Set(picked.map(([kept]) => kept));
    for (const list of archive.near) for (const kept of list) if (!kept.accidental && kept.hits) pool.add(kept);
    if (picked.length < SECOND) picked.push(...cover([...pool].filter((kept) => !first.has(kept)), all));
    const per = new Map();
    const rest = [...archive.outcomes.values()].filter((kept) => !kept.accidental).sort((a, b) => a.cost - b.cost);
    for (const kept of rest) {
      const count = per.get(kept.one.unit) ?? 0;
      if (count < OUTCOMES && !picked.some(([other]) => other === kept)) {
        per.set(kept.one.unit, count + 1);
        picked.push([kept, []]);
      }
    }
    for (const list of archive.corpus.values()) {
      const plain = list.filter((kept) => !kept.threw && kept.hits && !picked.some(([other]) => other === kept)).sort((a, b) => a.cost - b.cost);
      picked.push(...plain.slice(0, TYPICAL).map((kept) => [kept, []]));
    }
    return picked.slice(0, MOST);
  }

  /** Rows for the observers, made small until the deadline. */
  async publish(deadline) {
    const rows = [];
    const chosen = this.chosen();
    for (const [index, [kept, goals]] of chosen.entries()) {
      this.executor.beat(kept.one);
      const share = Date.now() + (deadline - Date.now()) / Math.max(1, chosen.length - index) * 2;
      let one = kept.one;
      if (one.origin === 'search' && Date.now() < deadline) one = await this.small(kept, goals, Math.min(deadline, share));
      one = await this.hoisted(one);
      const key = text(one, this.names);
      if (this.said.has(key) || weight(one) > 140) continue;
      this.said.add(key);
      rows.push({ id: crypto.createHash('sha256').update(key).digest('hex').slice(0, 12), case: dump(one), parameters: this.parameters(one), condition: this.condition(one, goals, kept), size: Math.round(weight(one)), needed: goals.length > 0 });
    }
    return rows;
  }

  /** The case made small; it keeps the sort of its outcome and what it was chosen for. */
  async small(kept, goals, until) {
    const wanted = goals.length ? goals : [...kept.hits.keys()].filter((byte) => kept.hits[byte] && byte >= this.places.statements && !this.search.target.imported[byte]);
    const still = async (one) => {
      if (Date.now() > until) return false;
      const outcome = await this.executor.run(one);
      return !outcome.bad && outcome.at < 0 && !outcome.accidental && outcome.kind === kept.kind && wanted.every((byte) => outcome.hits[byte]);
    };
    return shrink(kept.one, still, this.search.mutator, TRIES);
  }

  /** Arguments that the call changes become variables, so that the change can be asserted. */
  async hoisted(one) {
    const { call } = one;
    if (call.k !== 'call') return one;
    const outcome = await this.executor.run(one);
    if (outcome.bad || outcome.threw || outcome.at >= 0) return one;
    const steps = one.steps.slice();
    const items = call.items.slice();
    const names = this.parameters(one);
    call.items.slice(1).forEach((node, index) => {
      if (!['arr', 'obj', 'new'].includes(node.k) || [...walk(node)].some(([, inner]) => inner.k === 'var' || inner.k === 'ref')) return;
      let before;
      try {
        before = literal(build(node, { resolve: this.executor.resolve, names: new Map() }));
      } catch {
        return;
      }
      const after = literal(outcome.given[index]);
      if (!before || before.text === after?.text || !isPlain(outcome.given[index])) return;
      const wanted = names[index] && IDENTIFIER.test(names[index]) && !RESERVED.has(names[index]) ? names[index] : node.k === 'arr' ? 'items' : 'value';
      if (steps.some((step) => step.name === wanted) || this.names.text('*') === wanted) return;
      steps.push({ name: wanted, node });
      items[index + 1] = variable(wanted);
    });
    return steps.length === one.steps.length ? one : { ...one, steps, call: { ...call, items } };
  }

  /** Names of the arguments, '' where nobody knows. */
  parameters(one) {
    const subject = this.search.subjects.list[one.subject];
    const known = subject.info?.parameters ?? [];
    const count = one.call.items ? one.call.items.length - (one.call.k === 'call' ? 1 : 0) : 0;
    return Array.from({ length: count }, (_, index) => (known[index] && !known[index].rest ? known[index].name : ''));
  }

  /** The condition that this case alone decides one way, when it is short. */
  condition(one, goals, kept) {
    const subject = this.search.subjects.list[one.subject];
    for (const byte of goals) {
      const found = this.places.armOf.get(byte);
      if (!found || found.point.type !== 'if' || !subject.info) continue;
      const { line, column } = found.point.loc.start;
      if (line < subject.info.first || line > subject.info.last) continue;
      const test = this.search.harvest.conditions.get(`${line}:${column}`);
      if (test && test.length <= 50 && kept.hits[byte]) return found.arm === 0 ? test : /^[\w.]+$/.test(test) ? `!${test}` : `!(${test})`;
    }
    return '';
  }
}

module.exports = { Publisher };
