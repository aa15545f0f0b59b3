/** @file Finds what an import names where Node alone does not: TypeScript beside `.js`, no suffix, paths of a tsconfig, ES-only packages. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const TRIED = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '.json', '/index.ts', '/index.tsx', '/index.js', '/index.mjs'];

/** The first file that a path without, or with another, suffix may mean. */
function nearest(base) {
  const typed = base.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  const candidates = [...TRIED.map((ending) => base + ending), ...(typed === base ? [] : [typed, `${typed}x`])];
  return candidates.find((name) => fs.statSync(name, { throwIfNoEntry: false })?.isFile());
}

/** What `paths` and `baseUrl` of a tsconfig make of a name. */
function* mapped(name, compiler) {
  const base = compiler.baseUrl ?? compiler.pathsBasePath;
  if (!base) return;
  for (const [pattern, targets] of Object.entries(compiler.paths ?? {})) {
    const [head, tail] = pattern.split('*');
    const fits = tail === undefined ? name === pattern : name.startsWith(head) && name.endsWith(tail);
    if (fits) for (const target of targets) yield path.resolve(base, target.replace('*', name.slice(head.length, name.length - (tail ?? '').length)));
  }
  if (compiler.baseUrl) yield path.resolve(base, name);
}

/** The file that a part of a package's `exports` means for an ES import. */
function entry(exported) {
  if (typeof exported === 'string' || !exported) return exported;
  for (const condition of ['node', 'import', 'default', 'require']) {
    const found = exported[condition] && entry(exported[condition]);
    if (found) return found;
  }
  return undefined;
}

/** The entry of a package that only ES imports may load. */
function packaged(name, folder) {
  const [, owner, rest] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(name) ?? [];
  for (let at = folder; owner; at = path.dirname(at)) {
    const home = path.join(at, 'node_modules', owner);
    const manifest = path.join(home, 'package.json');
    if (fs.existsSync(manifest)) {
      const { exports: exported } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
      const key = `.${rest ?? ''}`;
      const part = exported?.[key] ?? (rest || Object.keys(exported ?? {}).some((one) => one.startsWith('.')) ? undefined : exported);
      const found = entry(part);
      return found && path.join(home, found);
    }
    if (at === path.dirname(at)) return undefined;
  }
  return undefined;
}

/**
 * A `Module._resolveFilename` that finds more than Node's.
 *
 * @param {Function} native
 * @param {(filename: string) => boolean} own whether a file belongs to the project
 * @param {object} compiler compilerOptions
 */
function resolver(native, own, compiler) {
  return function resolve(name, parent, ...rest) {
    const from = parent?.filename;
    if (!from || !own(from)) return native.call(this, name, parent, ...rest);
    const relative = /^(\.{1,2}(\/|$)|\/)/.test(name);
    if (!relative) for (const base of mapped(name, compiler)) if (nearest(base)) return nearest(base);
    try {
      return native.call(this, name, parent, ...rest);
    } catch (error) {
      const found = relative ? nearest(path.resolve(path.dirname(from), name)) : packaged(name, path.dirname(from));
      if (found) return found;
      throw error;
    }
  };
}

module.exports = { resolver };
