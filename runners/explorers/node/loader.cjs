/** @file Loads a project's own files as CommonJS, whatever they are written in, with the target compiled for the explorer. */
'use strict';

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');
const { transpile, compilerOptions } = require('./transpile.cjs');
const { resolver } = require('./resolve.cjs');

const ENDINGS = ['.js', '.cjs', '.mjs', '.jsx', '.ts', '.cts', '.mts', '.tsx'];

/** What `import.meta` is for a file. */
function meta(filename) {
  const url = pathToFileURL(filename).href;
  const require = Module.createRequire(filename);
  return { url, filename, dirname: path.dirname(filename), resolve: (name) => pathToFileURL(require.resolve(name)).href, env: {} };
}

const LOCALS = ['exports', 'require', 'module', '__filename', '__dirname', '__import_meta'];

/** The text as a function of the locals of a CommonJS module; one that awaits at top level leaves a promise in `module.__ready`. */
function compiledFunction(text, filename) {
  const options = { filename, importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  try {
    return vm.compileFunction(text, LOCALS, options);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !/\bawait\b/.test(text)) throw error;
    return vm.compileFunction(`module.__ready = (async () => {${text}\n})();`, LOCALS, options);
  }
}

/** Loads and reloads one target. */
class Loader {
  /**
   * @param {{root: string, file: string, tools: string}} request
   * @param {(source: string, filename: string) => string} compiled makes the CommonJS text of the target
   */
  constructor(request, compiled) {
    this.root = fs.realpathSync(request.root) + path.sep;
    this.file = fs.realpathSync(request.file);
    this.tools = request.tools;
    this.compiled = compiled;
    this.known = request.compiled;
    this.compiler = this.known ? this.known.compiler : compilerOptions(this.file, this.tools);
    /** Files whose code awaits at top level: promises of their end. */
    this.pending = [];
    /** What ES imports see of a module that replaces `module.exports` for `require`, by file. */
    this.namespaces = new Map();
    /** Compiled text by file; another process may have made some. */
    this.texts = new Map(this.known?.texts ?? []);
    this.install();
  }

  /** Whether a file belongs to the project, and not to something installed. */
  own(filename) {
    return filename === this.file || (filename.startsWith(this.root) && !filename.includes(`${path.sep}node_modules${path.sep}`));
  }

  install() {
    const before = { ...Module._extensions };
    for (const ending of ENDINGS) {
      const native = before[ending] ?? before['.js'];
      Module._extensions[ending] = (module, filename) => {
        if (!this.own(filename)) return native(module, filename);
        return this.run(module, filename);
      };
    }
    Module._resolveFilename = resolver(Module._resolveFilename, (name) => this.own(name), this.compiler, this.tools);
  }

  text(filename) {
    if (!this.texts.has(filename)) {
      const source = fs.readFileSync(filename, 'utf8').replace(/^\uFEFF/, '').replace(/^#!.*/, '');
      const options = { tools: this.tools, compiler: this.compiler, emit: 'cjs' };
      this.texts.set(filename, filename === this.file ? this.compiled(source, filename) : transpile(source, filename, options));
    }
    return this.texts.get(filename);
  }

  run(module, filename) {
    const text = this.text(filename);
    const local = Module.createRequire(filename);
    const first = module.exports;
    const given = [first, local, module, filename, path.dirname(filename), text.includes('__import_meta') ? meta(filename) : undefined];
    compiledFunction(text, filename).apply(module.exports, given);
    if (first.__esModule && module.exports !== first) this.namespaces.set(filename, first);
    if (module.__ready) this.pending.push(module.__ready);
  }

  /** What the target exports, made afresh with every module of the project when `again`. */
  async load(again = false) {
    if (again) for (const name of Object.keys(require.cache)) if (this.own(name)) delete require.cache[name];
    let exported = require(this.file);
    for (const ready of this.pending.splice(0)) await ready;
    exported = require(this.file);
    return this.namespaces.get(this.file) ?? exported;
  }
}

module.exports = { Loader };
