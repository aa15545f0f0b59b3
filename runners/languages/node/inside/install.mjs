/**
 * @file Install a project's dependencies: as its lock file says, else as well as it can be done, else one by one. Runs no script of theirs.
 *
 * usage: install.mjs TOOLS MANAGER LOCKED; in the folder of the project. Writes `facts.json` into $TESTWRIGHT_SCRATCH.
 */
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';

const [tools, manager, locked] = process.argv.slice(2);
const bin = (name) => path.join(tools, 'node_modules', name);
const NPM = [bin('npm/bin/npm-cli.js')];
const PNPM = [bin('pnpm/bin/pnpm.cjs')];
const YARN = [bin('yarn/bin/yarn.js')];
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
const MOST = 80;
const notes = [];
const ANY = ['install', '--no-package-lock', '--legacy-peer-deps', '--force', ...QUIET];
/** What npm stumbles over, another manager often has not: packages lie as npm would have laid them. */
const FLAT = ['install', '--no-lockfile', '--ignore-scripts', '--reporter=append-only', '--config.node-linker=hoisted', '--config.strict-peer-dependencies=false'];

const ways = {
  npm: [
    ...(locked === 'yes' ? [[...NPM, 'ci', ...QUIET], [...NPM, 'ci', '--legacy-peer-deps', ...QUIET]] : []),
    [...NPM, 'install', '--no-package-lock', ...QUIET],
    [...NPM, ...ANY],
    [...PNPM, ...FLAT],
  ],
  pnpm: [
    ...(locked === 'yes' ? [[...PNPM, 'install', '--frozen-lockfile', '--ignore-scripts', '--reporter=append-only']] : []),
    [...PNPM, 'install', '--no-frozen-lockfile', '--ignore-scripts', '--reporter=append-only', '--config.strict-peer-dependencies=false'],
    [...NPM, ...ANY],
  ],
  yarn: [
    [...YARN, 'install', '--frozen-lockfile', '--ignore-scripts', '--ignore-engines', '--non-interactive', '--no-progress'],
    [...NPM, ...ANY],
    [...PNPM, ...FLAT],
  ],
};

function run(argv) {
  const done = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 1 << 26, env: { ...process.env, npm_config_engine_strict: 'false' } });
  const text = `${done.stderr ?? ''}\n${done.stdout ?? ''}`;
  const lines = text.split('\n').map((line) => line.replace(/^(npm (error|ERR!)|error|\s*ERR_PNPM\w*)\s*/i, '').trim()).filter(Boolean);
  const telling = lines.find((line) => /\b(404|ENOTFOUND|ECONN|ERESOLVE|EUSAGE|not found|No matching|notarget|EJSONPARSE|unsupported|cannot|invalid)\b/i.test(line));
  return { ok: done.status === 0, why: (telling ?? lines[0] ?? `exit code ${done.status}`).slice(0, 300) };
}

function whole() {
  let first = '';
  for (const argv of ways[manager] ?? ways.npm) {
    if (argv.includes('--no-lockfile')) workspaces();
    const { ok, why } = run(argv);
    if (ok) {
      if (first && locked === 'yes') notes.push(`dependencies were not installed as the lock file says: ${first}`);
      return '';
    }
    first ||= why;
  }
  return first;
}

/** pnpm wants the packages of a project named in a file of its own. */
function workspaces() {
  const { workspaces: said } = JSON.parse(fs.readFileSync('package.json', 'utf8'));
  const named = Array.isArray(said) ? said : said?.packages;
  if (!Array.isArray(named) || fs.existsSync('pnpm-workspace.yaml')) return;
  fs.writeFileSync('pnpm-workspace.yaml', `packages:\n${named.map((name) => `  - ${JSON.stringify(String(name))}\n`).join('')}`);
}

/** What can be had when all together cannot. */
function single() {
  const declared = JSON.parse(fs.readFileSync('package.json', 'utf8'));
  const wanted = Object.entries({ ...declared.devDependencies, ...declared.optionalDependencies, ...declared.dependencies }).slice(0, MOST);
  fs.renameSync('package.json', 'package.json.kept');
  fs.writeFileSync('package.json', '{"private":true}');
  let good = 0;
  for (const [name, range] of wanted.reverse()) {
    const { ok, why } = run([...NPM, ...ANY, `${name}@${range}`]);
    if (ok) good += 1;
    else notes.push(`${name} ${range} could not be installed: ${why}`);
  }
  fs.renameSync('package.json.kept', 'package.json');
  return good;
}

const why = whole();
let status = 0;
if (why) {
  status = 1;
  try {
    single();
  } catch (error) {
    notes.push(String(error.message).split('\n')[0]);
  }
  process.stderr.write(`error: ${why}\n`);
}
fs.writeFileSync(path.join(process.env.TESTWRIGHT_SCRATCH, 'facts.json'), JSON.stringify({ notes: notes.slice(0, 20) }));
process.exit(status);
