/** @file Shows the installed dependencies to the project: a folder of links, so that nothing of them is copied, and none can be changed. */
import fs from 'node:fs';
import path from 'node:path';

/** Link every `node_modules` below `from` into `tree`; packages of the project itself are linked to where they lie there. */
export function link(from, tree) {
  mend(path.join(tree, 'package.json'));
  if (!from || !fs.existsSync(from)) return;
  const top = fs.realpathSync(from);
  for (const folder of folders(top)) {
    const relative = path.relative(top, folder);
    if (!fs.existsSync(path.join(tree, relative))) continue;
    fill(path.join(folder, 'node_modules'), path.join(tree, relative, 'node_modules'), top, tree);
  }
}

/** A package.json that is none would be an error of every import: what it says cannot be known. */
function mend(file) {
  try {
    JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) fs.writeFileSync(file, '{}');
  }
}

/** Folders that have a `node_modules`, that of a dependency left out. */
function folders(top) {
  const found = [];
  const waiting = [top];
  while (waiting.length) {
    const folder = waiting.pop();
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
      if (entry.name === 'node_modules') found.push(folder);
      else waiting.push(path.join(folder, entry.name));
    }
  }
  return found;
}

function fill(modules, place, top, tree) {
  fs.mkdirSync(place, { recursive: true });
  for (const name of fs.readdirSync(modules)) {
    if (name.startsWith('@') && fs.statSync(path.join(modules, name)).isDirectory()) {
      fill(path.join(modules, name), path.join(place, name), top, tree);
      continue;
    }
    const at = path.join(place, name);
    if (fs.existsSync(at)) continue;
    fs.symlinkSync(where(path.join(modules, name), top, tree), at);
  }
}

/** What a link leads to: a package of the project to where it is in the tree. */
function where(entry, top, tree) {
  let real;
  try {
    real = fs.realpathSync(entry);
  } catch {
    return entry;
  }
  const inside = path.relative(top, real);
  const own = !inside.startsWith('..') && !inside.split(path.sep).includes('node_modules');
  return own ? path.join(tree, inside) : entry;
}
