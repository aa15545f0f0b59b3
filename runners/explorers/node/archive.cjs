/** @file Keeps, for every byte of coverage and every sort of outcome, the cases that are plainest to read. */
'use strict';

const { text, weight } = require('./cases.cjs');

const NEAR = 6;

/** What the search has found. */
class Archive {
  constructor(names, size) {
    this.names = names;
    /** Byte → the best case that sets it. */
    this.best = new Array(size).fill(null);
    /** Byte → some cases that set it, to start from. */
    this.near = Array.from({ length: size }, () => []);
    /** `unit\nkind of outcome` → the plainest case. */
    this.outcomes = new Map();
    /** Subject → cases worth changing. */
    this.corpus = new Map();
    this.texts = new Set();
    this.covered = 0;
  }

  /** Take a run in, which left out some arguments; how many bytes are new. */
  add(one, outcome, missing = 0) {
    const cost = weight(one) + missing * 5 + (outcome.threw ? 4 : 0) + (outcome.accidental ? 40 : 0) + (outcome.asynchronous ? 1 : 0) - (one.origin === 'search' ? 0 : 3);
    const kept = { one, cost, kind: outcome.kind, threw: outcome.threw, accidental: outcome.accidental, hits: null, asynchronous: outcome.asynchronous };
    let fresh = 0;
    const { hits } = outcome;
    for (let byte = 0; byte < hits.length; byte++) {
      if (!hits[byte]) continue;
      const best = this.best[byte];
      if (!best) fresh += 1;
      if (!best || cost < best.cost) {
        kept.hits ??= hits;
        this.best[byte] = kept;
        this.keepNear(byte, kept);
      } else if (this.near[byte].length < NEAR) {
        kept.hits ??= hits;
        this.keepNear(byte, kept);
      }
    }
    const key = `${one.unit}\n${outcome.kind}`;
    const known = this.outcomes.get(key);
    if (!outcome.accidental && (!known || cost < known.cost)) {
      kept.hits ??= hits;
      this.outcomes.set(key, kept);
    }
    if (fresh || !known) {
      const list = this.corpus.get(one.subject) ?? [];
      list.push(kept);
      if (list.length > 40) list.splice(0, 1);
      this.corpus.set(one.subject, list);
    }
    this.covered += fresh;
    return fresh;
  }

  keepNear(byte, kept) {
    const list = this.near[byte];
    if (list.includes(kept)) return;
    list.push(kept);
    if (list.length > NEAR) {
      list.sort((a, b) => a.cost - b.cost);
      list.pop();
    }
  }

  /** Whether a text was tried before. */
  seen(one) {
    const key = text(one, this.names);
    if (this.texts.has(key)) return true;
    if (this.texts.size > 200_000) this.texts.clear();
    this.texts.add(key);
    return false;
  }
}

module.exports = { Archive };
