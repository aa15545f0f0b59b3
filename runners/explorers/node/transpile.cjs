/** @file Takes types and JSX out of a source, and writes its imports for the loader that is to run it. */
'use strict';

const path = require('node:path');
const { toolbox } = require('./toolbox.cjs');

const SYNTAX = /\.(?:[cm]?ts|tsx|jsx)$/;
const MODULE = /^\s*(?:import\b(?!\s*\()|export\b)|\bimport\.meta\b/m;
const KEPT = [
  'experimentalDecorators', 'emitDecoratorMetadata', 'useDefineForClassFields', 'jsxImportSource', 'jsxFactory', 'jsxFragmentFactory',
  'preserveConstEnums', 'strict', 'alwaysStrict',
];

/** compilerOptions of the tsconfig.json that a file belongs to, or {}. */
function compilerOptions(filename, tools) {
  const ts = toolbox(tools)('typescript');
  const file = ts.findConfigFile(path.dirname(filename), ts.sys.fileExists);
  if (!file) return {};
  const host = { ...ts.sys, readDirectory: () => [], onUnRecoverableConfigFileDiagnostic: () => {} };
  try {
    return ts.getParsedCommandLineOfConfigFile(file, {}, host)?.options ?? {};
  } catch {
    return {};
  }
}

/** Whether a text has to be changed before Node runs it as CommonJS (emit 'cjs') or as a module (emit 'esm'). */
function needed(text, filename, emit) {
  return SYNTAX.test(filename) || (emit === 'cjs' && MODULE.test(text)) || /<[A-Za-z>][^\n]*\/?>/.test(text) && /\breact\b|\bjsx\b/i.test(text);
}

/** `import.meta`, which CommonJS has no word for, becomes a variable that the loader provides. */
function metaTransformer(ts) {
  return (context) => {
    const visit = (node) =>
      ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword
        ? context.factory.createIdentifier('__import_meta')
        : ts.visitEachChild(node, visit, context);
    return (file) => ts.visitNode(file, visit);
  };
}

/**
 * Turn a source into what Node can run.
 *
 * @param {string} text
 * @param {string} filename its ending says what syntax it may have
 * @param {object} [options]
 * @param {string} [options.tools] the folder `node_modules` that has TypeScript
 * @param {'esm'|'cjs'} [options.emit] how imports are written (esm)
 * @param {object} [options.compiler] compilerOptions of the project
 * @returns {string}
 */
function transpile(text, filename, options = {}) {
  const emit = options.emit ?? 'esm';
  if (!needed(text, filename, emit)) return text;
  const ts = toolbox(options.tools)('typescript');
  const compiler = options.compiler ?? {};
  const kept = Object.fromEntries(KEPT.filter((name) => compiler[name] !== undefined).map((name) => [name, compiler[name]]));
  const jsx = compiler.jsx === ts.JsxEmit.React || compiler.jsxFactory ? ts.JsxEmit.React : ts.JsxEmit.ReactJSX;
  const made = ts.transpileModule(text, {
    fileName: SYNTAX.test(filename) ? filename.replace(/\.[cm]ts$/, '.ts') : `${filename}.jsx`,
    compilerOptions: {
      ...kept,
      jsx,
      target: ts.ScriptTarget.ES2022,
      module: emit === 'cjs' ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext,
      moduleDetection: emit === 'cjs' && MODULE.test(text) ? ts.ModuleDetectionKind.Force : ts.ModuleDetectionKind.Legacy,
      esModuleInterop: true,
      allowJs: true,
      sourceMap: false,
      inlineSourceMap: false,
      removeComments: false,
    },
    transformers: emit === 'cjs' && /\bimport\.meta\b/.test(text) ? { before: [metaTransformer(ts)] } : undefined,
  });
  return made.outputText;
}

module.exports = { transpile, compilerOptions };
