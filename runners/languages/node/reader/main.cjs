/** @file Reads code for whoever asks models about it, and runs none of it: `main.cjs request.json` leaves `results/read.json`. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const JOBS = {
  focus: './focus.cjs',
  sheet: './sheet.cjs',
  surface: './surface.cjs',
  outlines: './outlines.cjs',
  callers: './callers.cjs',
  sample: './sample.cjs',
};

const request = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const said = require(JOBS[request.job])(request);
const place = path.join(path.dirname(process.argv[2]), 'results');
fs.mkdirSync(place, { recursive: true });
// Half a pair of surrogates is nothing that JSON may say.
const wellFormed = (_key, value) => (typeof value === 'string' ? value.toWellFormed() : value);
fs.writeFileSync(path.join(place, 'read.json'), JSON.stringify(said, wellFormed));
