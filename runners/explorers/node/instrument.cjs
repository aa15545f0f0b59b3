/**
 * @file Counts what runs of a source file, as it is written: the counters have the positions of the original, TypeScript included.
 *
 * Both the explorer and whoever judges tests use these functions, so that they mean the same lines and branches.
 */
'use strict';

const { toolbox } = require('./toolbox.cjs');
const { transpile } = require('./transpile.cjs');

const TYPESCRIPT = /\.[cm]?tsx?$/;
const COMMON = [
  'asyncGenerators', 'dynamicImport', 'importMeta', 'topLevelAwait', 'classProperties', 'classPrivateProperties', 'classPrivateMethods',
  'explicitResourceManagement', 'importAttributes',
];

/** The syntax that a file of this name may have. `.ts` alone has no JSX: `<T>value` is a cast there. */
function plugins(filename) {
  const typed = TYPESCRIPT.test(filename);
  const jsx = /x$|\.[cm]?js$/.test(filename) ? ['jsx'] : [];
  return [...COMMON, ...(typed ? ['decorators-legacy', 'typescript'] : ['decorators']), ...jsx];
}

/** Whether to read a file as a module (true) or a script first, by its name alone. */
function likelyModule(filename) {
  return TYPESCRIPT.test(filename) ? true : /\.mjs$/.test(filename);
}

/**
 * Put counters into a source.
 *
 * @param {string} source the text as written
 * @param {string} filename absolute path: its ending says what syntax it may have, and the counters are kept under it
 * @param {object} [options]
 * @param {string} [options.tools] the folder `node_modules` that has the tools
 * @param {'source'|'esm'|'cjs'} [options.emit] 'source' keeps types and imports as they are; the others take types out and write imports
 *   as ES modules or as CommonJS (esm)
 * @param {boolean} [options.esModules] read it as a module (true) or a script (false); the other way is tried when that fails
 * @param {string} [options.variable] the global variable that holds the counters of all files (`__coverage__`)
 * @param {object} [options.compiler] compilerOptions of the project's tsconfig.json
 * @returns {{code: string, coverage: object}} what to run, and the counters at zero with their maps
 * @throws {SyntaxError} when it cannot be parsed
 */
function instrument(source, filename, options = {}) {
  const { createInstrumenter } = toolbox(options.tools)('istanbul-lib-instrument');
  const first = options.esModules ?? likelyModule(filename);
  let failure;
  for (const esModules of [first, !first]) {
    const instrumenter = createInstrumenter({
      esModules,
      compact: false,
      autoWrap: true,
      preserveComments: true,
      produceSourceMap: false,
      coverageVariable: options.variable ?? '__coverage__',
      parserPlugins: plugins(filename),
    });
    try {
      const code = instrumenter.instrumentSync(source, filename);
      const coverage = instrumenter.lastFileCoverage();
      const emit = options.emit ?? 'esm';
      return { code: emit === 'source' ? code : transpile(code, filename, { ...options, emit }), coverage };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/**
 * Lines that count, each with how often it ran: the lines on which statements start.
 *
 * @param {object} coverage counters of one file, with their maps
 * @returns {Array<[number, number]>} [line, hits], in order
 */
function lines(coverage) {
  const hits = new Map();
  for (const [id, place] of Object.entries(coverage.statementMap)) {
    const line = place.start.line;
    hits.set(line, Math.max(hits.get(line) ?? 0, coverage.s[id] ?? 0));
  }
  return [...hits].sort((a, b) => a[0] - b[0]);
}

/**
 * Arms of branches in the order that numbers them: [line, n, branch id, arm index], n counted from 1 over all arms of the branch
 * points that start on the line, in order of column, type and arm.
 *
 * @param {object} coverage counters of one file, with their maps
 * @returns {Array<[number, number, string, number]>}
 */
function arms(coverage) {
  const points = Object.entries(coverage.branchMap).map(([id, point]) => {
    const place = point.loc?.start?.line ? point.loc : point.locations.find((location) => location.start?.line);
    return { id, type: point.type, line: place?.start.line ?? 1, column: place?.start.column ?? 0, arms: point.locations.length };
  });
  points.sort((a, b) => a.line - b.line || a.column - b.column || (a.type < b.type ? -1 : a.type > b.type ? 1 : 0) || a.id - b.id);
  const counts = new Map();
  return points.flatMap(({ id, line, arms: width }) =>
    Array.from({ length: width }, (_, arm) => {
      counts.set(line, (counts.get(line) ?? 0) + 1);
      return [line, counts.get(line), id, arm];
    }),
  );
}

/**
 * Branches that count, each with how often it ran.
 *
 * @param {object} coverage counters of one file, with their maps
 * @returns {Array<[number, number, number]>} [line, n, hits], in order
 */
function arcs(coverage) {
  return arms(coverage).map(([line, n, id, arm]) => [line, n, coverage.b[id]?.[arm] ?? 0]);
}

module.exports = { instrument, transpile, lines, arms, arcs, plugins, likelyModule };
