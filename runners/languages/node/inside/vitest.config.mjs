/** @file vitest for any project: its sources and tests keep their meaning, and what is measured is counted as it is written. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const require = createRequire(import.meta.url);
const counters = require('./counters.cjs');
const { transpile } = require('./transpile.cjs');
const { commonJs } = require('./kinds.cjs');
const request = JSON.parse(readFileSync(process.env.TESTWRIGHT_REQUEST, 'utf8'));
const here = import.meta.dirname;
const tools = path.join(request.tools, 'node_modules');
const plain = (id) => id.split('?')[0];
const own = (file) => file.startsWith(`${request.tree}/`) && !file.includes('/node_modules/');

/** Files that Node itself loads, so that `require` and `import` find one and the same. */
class Native extends RegExp {
  test(id) {
    const file = plain(id).replace(/^file:\/\//, '');
    return own(file) && !request.include.includes(counters.relative(file)) && commonJs(file, request);
  }
}

const written = {
  name: 'testwright',
  enforce: 'pre',
  resolveId(id) {
    return request.shims.includes(id) ? `\0testwright:${id}` : undefined;
  },
  load(id) {
    if (!id.startsWith('\0testwright:')) return undefined;
    const words = `globalThis[Symbol.for('testwright.shims')][${JSON.stringify(id.slice('\0testwright:'.length))}]`;
    const names = 'test it describe suite expect jest beforeAll beforeEach afterAll afterEach before after context specify mock'.split(' ');
    return `const words = ${words};\nexport default words;\n${names.map((name) => `export const ${name} = words.${name};`).join('\n')}`;
  },
  transform(code, id) {
    const file = plain(id);
    if (id.startsWith('\0') || !own(file) || !/\.[cm]?[jt]sx?$/.test(file)) return undefined;
    if (!counters.measured(file)) return { code: transpile(code, file, { tools, emit: 'esm' }), map: null };
    return { code: counters.module(code, file), map: null };
  },
};

const style = {
  name: 'testwright-assets',
  enforce: 'pre',
  load: (id) => (/\.(css|less|s[ac]ss|styl|svg|png|jpe?g|gif|woff2?)$/.test(plain(id)) && own(plain(id)) ? 'export default {};' : undefined),
};

export default {
  root: request.root,
  envDir: false,
  cacheDir: path.join(request.scratch, 'vite'),
  css: { postcss: {} },
  esbuild: false,
  oxc: false,
  plugins: [written, style],
  resolve: { tsconfigPaths: request.paths },
  server: { fs: { strict: false }, watch: null },
  test: {
    globals: true,
    environment: request.dom ? 'happy-dom' : 'node',
    watch: false,
    passWithNoTests: true,
    fileParallelism: false,
    include: request.include.map((file) => file.replace(/[[\]{}()*?!+@\\]/g, '\\$&')),
    exclude: [],
    pool: 'forks',
    execArgv: ['--require', path.join(here, 'hook.cjs')],
    setupFiles: [path.join(here, 'setup.cjs')],
    server: { deps: { external: [new Native('')] } },
    testTimeout: request.test_seconds * 1000,
    hookTimeout: request.test_seconds * 1000,
    teardownTimeout: 2000,
    testNamePattern: request.pattern || undefined,
    sequence: request.order === null ? {} : { shuffle: { tests: true, files: true }, seed: request.order },
    reporters: [path.join(here, 'reporter.mjs')],
  },
};
