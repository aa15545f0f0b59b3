/** @file Random numbers from a seed: the same for the same seed, whatever the code under test does. */
'use strict';

/** A generator of random choices (xorshift). */
class Random {
  constructor(seed) {
    this.state = (seed * 2654435761 + 88675123) >>> 0 || 1;
    for (let turn = 0; turn < 8; turn++) this.next();
  }

  /** A number from 0 to 1, without 1. */
  next() {
    let x = this.state;
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state / 4294967296;
  }

  /** A whole number from 0 to n, without n. */
  below(n) {
    return Math.floor(this.next() * n);
  }

  chance(p) {
    return this.next() < p;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** One of [weight, value] pairs. */
  weighted(pairs) {
    let at = this.next() * pairs.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of pairs) {
      at -= weight;
      if (at < 0) return value;
    }
    return pairs[pairs.length - 1][1];
  }
}

module.exports = { Random };
