/** @file Finds the pinned tools (TypeScript, istanbul, fast-check), wherever they are installed. */
'use strict';

const path = require('node:path');
const { createRequire } = require('node:module');

const made = new Map();

/**
 * The function that loads tools from a folder.
 *
 * @param {string} [folder] a `node_modules`; without one the environment's TESTWRIGHT_TOOLS, or what is found from here
 * @returns {NodeJS.Require}
 */
function toolbox(folder = process.env.TESTWRIGHT_TOOLS) {
  const from = folder ? path.join(path.resolve(folder), 'tools.cjs') : __filename;
  if (!made.has(from)) made.set(from, createRequire(from));
  return made.get(from);
}

module.exports = { toolbox };
