/** @file Shows a project its dependencies, then starts the explorer in this process: `explore.mjs EXPLORER request.json`. */
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { link } from './linking.mjs';

const [explorer, file] = process.argv.slice(2);
const request = JSON.parse(fs.readFileSync(file, 'utf8'));
link(request.modules, request.tree);
const tree = fs.realpathSync(request.tree);
const inside = (name) => path.join(tree, name);
const whole = { ...request, root: tree, file: inside(request.file), texts: request.texts.map(inside), ...covered(inside(request.file)) };
fs.writeFileSync(file, JSON.stringify(whole));
process.argv = [process.argv[0], explorer, file];
await import(pathToFileURL(explorer).href);

/** What the project's own tests reach already: all that counts, without what they do not. */
function covered(source) {
  const { instrument, lines, arcs } = createRequire(import.meta.url)('./instrument.cjs');
  try {
    const { coverage } = instrument(fs.readFileSync(source, 'utf8'), source, { tools: request.tools, emit: 'source' });
    const open = new Set([...request.uncovered_lines, ...request.uncovered_branches.map(String)].map(String));
    return {
      covered_lines: lines(coverage).map(([line]) => line).filter((line) => !open.has(String(line))),
      covered_branches: arcs(coverage).map(([line, n]) => [line, n]).filter((arc) => !open.has(String(arc))),
    };
  } catch {
    return { covered_lines: [], covered_branches: [] };
  }
}
