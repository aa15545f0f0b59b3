/** @file The runners that are known: how each is started, and what it said. */
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const hook = path.join(here, 'hook.cjs');
const STATES = { passed: 'passed', pass: 'passed', failed: 'failed', fail: 'failed', skipped: 'skipped', pending: 'skipped', todo: 'skipped', disabled: 'skipped' };
const special = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const HOLE = /%(?:\d+\$)?[sdifjoOpc#$]|\$\{(?:[^{}]|\{[^{}]*\})*\}|\$[A-Za-z_][\w.]*/;
/** A pattern for the titles of one test, or of all rows of a table. */
const titles = (name) => name.replaceAll(' > ', ' ').split(HOLE).map(special).join('[^]*');

function log(said) {
  const lines = fs.readFileSync(said.log, 'utf8').split('\n').map((line) => line.trim()).filter((line) => /[a-z]/i.test(line) && !/Startup Error/.test(line));
  const telling = lines.filter((line) => /\berror\b|cannot find|not found|unknown/i.test(line) && !/^at /.test(line));
  return (telling[0] ?? lines.at(-1) ?? '').slice(0, 300);
}

const message = (errors) => errors.map(({ name, message: text }) => (name && !text.startsWith(name) ? `${name}: ${text}` : text)).join('\n');

/** vitest with our own settings, for the files of `include`; or with the project's settings around ours. */
function vitest(config) {
  return {
    skips: true,
    start(each, request, skip) {
      const only = request.only.map(titles);
      const not = skip.map((name) => special(name.replaceAll(' > ', ' ')));
      const pattern = `${not.length ? `^(?!(?:${not.join('|')})$)` : '^'}(?:${only.length ? only.join('|') : '[^]*'})$`;
      const root = path.join(request.tree, each.folder);
      const wanted = { ...request, root, paths: each.paths ?? request.paths, include: each.include, pattern: only.length || not.length ? pattern : '' };
      fs.writeFileSync(process.env.TESTWRIGHT_REQUEST, JSON.stringify(wanted));
      const binary = path.join(request.tools, 'node_modules/vitest/vitest.mjs');
      return { argv: [binary, 'run', '--configLoader', 'native', '--root', root, '--config', path.join(here, config)] };
    },
    read(said, request) {
      const cases = [];
      let problem = '';
      for (const entry of said.messages) {
        if (entry.state === 'skipped' && request.only.length) continue; // nobody asked for it
        if (entry.state && !['pending', 'queued'].includes(entry.state)) {
          cases.push({ file: entry.file, name: entry.name, state: STATES[entry.state], seconds: entry.seconds, message: message(entry.errors) });
        } else if (entry.module && entry.errors.length) {
          cases.push({ file: entry.module, name: '', state: 'failed', seconds: 0, message: message(entry.errors) });
        }
        for (const error of entry.end !== undefined ? entry.errors : []) problem ||= blame(error, cases);
      }
      const bad = cases.some(({ state }) => state === 'failed');
      if (!cases.length && !said.killed && !said.died) problem ||= log(said);
      return { cases: cases.filter(({ state }) => state), problem, code: said.code > 1 ? said.code : bad ? 1 : said.code };
    },
  };
}

/** An error outside every test fails the test that it comes from; without one it is the run's. */
function blame(error, cases) {
  const said = `${message([error])} (not caught)`;
  const guilty = cases.find(({ name }) => error.test && (name === error.test || name.endsWith(` > ${error.test}`)));
  if (!guilty) return said;
  guilty.state = 'failed';
  guilty.message ||= said;
  return '';
}

/** The runner that is installed with the project: its package.json, and the program that this one names. */
function own(name, request, folder = '.') {
  const place = createRequire(path.join(request.tree, folder, 'package.json')).resolve(`${name}/package.json`);
  const manifest = JSON.parse(fs.readFileSync(place, 'utf8'));
  const { bin } = manifest;
  return { manifest, program: path.join(path.dirname(place), typeof bin === 'string' ? bin : bin[name]) };
}

const jest = {
  start(each, request) {
    const { manifest, program } = own('jest', request, each.folder);
    const options = ['--ci', '--silent', '--forceExit', '--coverage', '--coverageReporters=json', '--runInBand'];
    if (parseInt(manifest.version, 10) >= 25) options.push('--coverageProvider=babel'); // there was no other before
    const folder = path.join(request.results, 'jest');
    const collected = request.files.flatMap((file) => ['--collectCoverageFrom', path.relative(each.folder ?? '.', file)]).slice(0, 4000);
    return {
      argv: [program, ...options, `--coverageDirectory=${folder}`, '--coverageThreshold={}', ...collected, '--reporters', path.join(here, 'jest-reporter.cjs'), ...(each.arguments ?? [])],
      environment: { NODE_OPTIONS: each.modules ? '--experimental-vm-modules' : '', NODE_ENV: 'test' },
    };
  },
  read: streamed,
  hits(request) {
    const file = path.join(request.results, 'jest/coverage-final.json');
    if (!fs.existsSync(file)) return [];
    const { arcs, lines } = require('./instrument.cjs');
    const said = Object.entries(JSON.parse(fs.readFileSync(file, 'utf8')));
    return [Object.fromEntries(said.map(([name, counts]) => [path.relative(request.tree, name), { lines: lines(counts), arcs: arcs(counts) }]))];
  },
};

const mocha = {
  start(each, request, skip, broken) {
    const { manifest, program } = own('mocha', request, each.folder);
    const word = parseInt(manifest.version, 10) >= 6 ? '--ignore' : '--exclude';
    const without = broken.flatMap((file) => [word, path.relative(each.folder ?? '.', file)]);
    return {
      argv: [program, '--reporter', path.join(here, 'mocha-reporter.cjs'), '--exit', ...without, ...(each.arguments ?? [])],
      environment: { NODE_OPTIONS: `--require ${hook}` },
    };
  },
  read: streamed,
  /** The file whose import ended the run before the first test: the nearest of the tests on the way to the error. */
  broken(said, request, files) {
    const text = fs.readFileSync(said.log, 'utf8');
    const places = [...text.matchAll(/[^\s('"]+\.[cm]?[jt]sx?(?=[:'")\s])/g)].map(([place]) => path.relative(request.tree, place.replace(/^file:\/\//, '')));
    return places.find((place) => files.includes(place)) ?? '';
  },
};

const node = {
  start(each) {
    return {
      argv: ['--test', `--test-reporter=${path.join(here, 'node-reporter.mjs')}`, ...(each.arguments ?? [])],
      environment: { NODE_OPTIONS: `--require ${hook}` },
    };
  },
  read: streamed,
};

/** What our reporter inside another runner sent. */
function streamed(said) {
  const cases = said.messages.filter(({ name }) => name !== undefined).map((entry) => ({ file: entry.file, name: entry.name, state: STATES[entry.state] ?? 'failed', seconds: entry.seconds ?? 0, message: String(entry.message ?? '').slice(0, 4000) }));
  const bad = cases.some(({ state }) => state === 'failed');
  const ended = said.messages.some(({ end }) => end !== undefined);
  const problem = !cases.length || (!ended && !bad) ? log(said) || 'the run ended without a report' : '';
  return { cases, problem: said.killed ? '' : problem, code: bad ? 1 : said.code };
}

export const runners = { vitest: vitest('vitest.config.mjs'), 'own vitest': vitest('own.config.mjs'), jest, mocha, node };
