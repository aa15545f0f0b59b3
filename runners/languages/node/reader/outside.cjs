/** @file What code reaches outside of itself: files, sockets, processes, the clock, the environment, chance. */
'use strict';

const { ts, walk, words } = require('./syntax.cjs');

const MOST = 6;
const MODULES = {
  files: ['fs', 'fs/promises', 'graceful-fs', 'fs-extra', 'glob', 'tmp', 'rimraf'],
  network: ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns', 'axios', 'node-fetch', 'got', 'undici', 'ws'],
  processes: ['child_process', 'cluster', 'worker_threads', 'execa', 'cross-spawn'],
  environment: ['os', 'readline'],
};
const NAMES = [
  ['network', /^(?:fetch|XMLHttpRequest|WebSocket)$/],
  ['clock', /^(?:Date\.now|Date|performance\.now|process\.hrtime|setTimeout|setInterval|setImmediate|process\.uptime)$/],
  ['chance', /^(?:Math\.random|crypto\.(?:randomUUID|getRandomValues|randomBytes|randomInt))$/],
  ['environment', /^(?:process\.(?:env|argv|cwd|platform|stdin|stdout|stderr|exit)|document|window|navigator|localStorage)\b/],
];

/** Local name → kind of outside world and name of the module, for what a file imports. */
function doors(source) {
  const found = new Map();
  const add = (module, names) => {
    const bare = module.replace(/^node:/, '');
    const kind = Object.keys(MODULES).find((one) => MODULES[one].includes(bare));
    if (kind) names.forEach((name) => found.set(name, [kind, bare]));
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node) && node.importClause && ts.isStringLiteral(node.moduleSpecifier)) add(node.moduleSpecifier.text, locals(node.importClause));
    if (ts.isVariableDeclaration(node) && node.initializer) {
      const loaded = /^require\((['"])([^'"]+)\1\)/.exec(node.initializer.getText(source));
      if (loaded) add(loaded[2], ts.isIdentifier(node.name) ? [node.name.text] : node.name.elements.map((one) => one.name?.text).filter(Boolean));
    }
  });
  return found;
}

function locals(clause) {
  const named = clause.namedBindings;
  const inner = !named ? [] : ts.isNamespaceImport(named) ? [named.name.text] : named.elements.map((one) => one.name.text);
  return clause.name ? [clause.name.text, ...inner] : inner;
}

/** `kind: names` for each kind that these nodes reach. */
function touched(source, nodes) {
  const known = doors(source);
  const found = new Map();
  const add = (kind, name) => found.set(kind, (found.get(kind) ?? new Set()).add(name));
  const look = (node) => {
    if (ts.isNewExpression(node) && node.expression.getText(source) === 'Date' && !node.arguments?.length) add('clock', 'new Date()');
    if (!ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node)) return;
    if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return;
    const said = words(node);
    if (!said.length) return;
    if (known.has(said[0])) add(known.get(said[0])[0], said.slice(0, 2).join('.'));
    const name = said.slice(0, 2).join('.');
    for (const [kind, pattern] of NAMES) if (pattern.test(name) && name !== 'Date') add(kind, name);
  };
  nodes.forEach((node) => walk(node, look));
  return [...found].map(([kind, names]) => `${kind}: ${[...names].slice(0, MOST).join(', ')}`);
}

module.exports = { touched };
