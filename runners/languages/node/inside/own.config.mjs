/** @file The project's own vitest settings, with ours around them. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ours from './vitest.config.mjs';

const NAMES = ['vitest.config', 'vite.config'].flatMap((name) => ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((suffix) => `${name}.${suffix}`));

async function project() {
  const found = NAMES.map((name) => path.join(ours.root, name)).find((file) => fs.existsSync(file));
  if (!found) return {};
  const { default: said } = await import(pathToFileURL(found).href);
  return (typeof said === 'function' ? await said({ command: 'serve', mode: 'test' }) : await said) ?? {};
}

const theirs = await project();
const { include, exclude, ...rest } = ours.test;
const { coverage, reporters, pool, poolOptions, browser, projects, workspace, ...test } = theirs.test ?? {};
const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

export default {
  ...theirs,
  ...ours,
  esbuild: false,
  plugins: [...ours.plugins, ...(theirs.plugins ?? [])],
  resolve: { ...theirs.resolve, ...ours.resolve },
  define: theirs.define,
  test: {
    ...rest,
    ...test,
    globals: true,
    watch: false,
    reporters: rest.reporters,
    pool: rest.pool,
    execArgv: rest.execArgv,
    fileParallelism: false,
    server: rest.server,
    setupFiles: [...rest.setupFiles, ...list(test.setupFiles).map((file) => (file.startsWith('.') ? path.join(ours.root, file) : file))],
    testNamePattern: rest.testNamePattern,
  },
};
