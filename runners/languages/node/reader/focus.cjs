/** @file The code that tests are asked for, shortened, in pieces: units with something open, and what they stand on. */
'use strict';

const { ts, parse, walk, binds, reads, isFunction } = require('./syntax.cjs');
const { units } = require('./units.cjs');
const { shown, span, range } = require('./slicing.cjs');
const { touched } = require('./outside.cjs');

const TOP = '<module>';
const CONSTANT = 400;
const OUTLINE = 120;
const TOLD = 4;
const DOC = 3;
const TAGS = 6;
const CALLERS = 3;

/** @param {{text: string, name: string, stem: string, lines: number[], forks: number[], most: number}} request */
module.exports = (request) => new Page(request).pieces(request.most);

class Page {
  constructor({ text, name, stem, lines, forks }) {
    this.source = parse(text, name).source;
    this.lines = text.split('\n');
    this.missing = new Set(lines);
    this.forks = new Set(forks.filter((line) => !this.missing.has(line)));
    this.wanted = new Set([...this.missing, ...this.forks]);
    const all = units(this.source, stem);
    this.units = all.units;
    this.top = all.top;
  }

  span(node) {
    return span(this.source, node);
  }

  /** The lines of a unit that do not run when the module is imported. */
  inside(unit) {
    if (unit.name === TOP) return range(this.span(unit.node));
    let body;
    walk(unit.node, (one) => (body ??= isFunction(one) ? one.body : undefined));
    const [from, to] = this.span(unit.node);
    const start = body ? this.source.getLineAndCharacterOfPosition(body.getStart(this.source)).line + 1 : from;
    return range([start, to]);
  }

  pieces(most) {
    const open = this.units.filter((unit) => this.inside(unit).some((line) => this.wanted.has(line)));
    const pieces = [];
    let group = [];
    for (const unit of [...open, ...this.atTheTop()]) {
      if (group.length && this.show([...group, unit]).length > most) {
        pieces.push(this.focus(group));
        group = [];
      }
      group.push(unit);
    }
    if (group.length) pieces.push(this.focus(group));
    return pieces;
  }

  /** Statements that run on import, and did not wholly. Of a module that was never imported none: they will run. */
  atTheTop() {
    const plain = this.top.filter((node) => !ts.isImportDeclaration(node) && !ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node) && !ts.isExportDeclaration(node));
    const ran = plain.some((node) => !range(this.span(node)).some((line) => this.missing.has(line)));
    const inner = new Set(this.units.flatMap((unit) => range(this.span(unit.node))));
    return ran ? plain.filter((node) => range(this.span(node)).some((line) => this.wanted.has(line) && !inner.has(line))).map((node) => ({ name: TOP, node, owner: null })) : [];
  }

  focus(group) {
    const hints = [];
    const outside = touched(this.source, group.map((unit) => unit.node));
    if (outside.length) hints.push(`It reaches outside (${outside.join('; ')}): files go into a temporary folder, time is faked, the rest is replaced.`);
    if (group.some((unit) => unit.name === TOP)) hints.push('Lines outside of functions run on import: load the module anew under other conditions.');
    const missing = new Set(group.flatMap((unit) => this.inside(unit)).filter((line) => this.wanted.has(line)));
    return { units: group.map((unit) => unit.name), text: this.show(group), missing: missing.size, hints };
  }

  /** Imports, constants and types that are used, what is wanted of the units, what they call and who calls them. */
  show(group) {
    const kept = new Map(group.map((unit) => [unit.node, shown(this.source, unit.node, new Set(this.inside(unit).filter((line) => this.wanted.has(line))))]));
    for (const [unit, lines] of this.callers(group)) if (!kept.has(unit.node)) kept.set(unit.node, lines);
    const used = this.used(kept);
    const owners = new Map();
    for (const unit of this.units) if (unit.owner && (kept.has(unit.node) || this.known(unit, used))) owners.set(unit.owner, [...(owners.get(unit.owner) ?? []), unit]);
    const out = [];
    for (const node of this.shownNodes(kept, owners)) out.push(...this.statement(node, kept, owners, used));
    return out.join('\n');
  }

  /** Everything that may be shown, in the order of the file. */
  shownNodes(kept, owners) {
    const all = new Set([...this.top, ...this.units.filter((unit) => !unit.owner).map((unit) => unit.node), ...owners.keys(), ...kept.keys()]);
    const member = new Set(this.units.filter((unit) => unit.owner).map((unit) => unit.node));
    this.source.statements.forEach((node) => (ts.isClassDeclaration(node) ? all.add(node) : undefined));
    return [...all].filter((node) => !member.has(node)).sort((a, b) => a.pos - b.pos);
  }

  /** Names in the lines that are shown, and once more in what stands for these names. */
  used(kept) {
    const found = new Set();
    for (const [node, lines] of kept) {
      walk(node, (one) => {
        if (ts.isIdentifier(one) && lines.has(this.source.getLineAndCharacterOfPosition(one.end).line + 1)) found.add(one.text);
      });
    }
    for (const node of this.top) if (binds(node).some((name) => found.has(name))) reads(node).forEach((name) => found.add(name));
    return found;
  }

  known(unit, used) {
    const last = unit.name.split('.').at(-1);
    return last === 'constructor' ? used.has(unit.name.split('.')[0]) : used.has(last) && used.has(unit.name.split('.')[0]);
  }

  statement(node, kept, owners, used) {
    if (kept.has(node)) return this.excerpt(node, kept.get(node));
    if (owners.has(node)) return this.owner(node, owners.get(node), kept);
    if (ts.isImportDeclaration(node)) return this.names(node).some((name) => used.has(name)) ? [` ${cut(this.text(node), CONSTANT)}`] : [];
    const unit = this.units.find((one) => one.node === node);
    if (unit) return used.has(unit.name.split('.').at(-1)) ? [this.outline(unit)] : [];
    if (ts.isClassDeclaration(node)) return node.name && used.has(node.name.text) ? [` ${cut(this.head(node), OUTLINE)} ...`] : [];
    if (binds(node).some((name) => used.has(name))) return [` ${cut(this.text(node), CONSTANT)}`];
    return this.exports(node);
  }

  exports(node) {
    const text = this.text(node);
    return ts.isExportDeclaration(node) || ts.isExportAssignment(node) || /^(?:module\.)?exports\b/.test(text) ? [` ${cut(text, OUTLINE)}`] : [];
  }

  text(node) {
    return node.getText(this.source).replace(/\s+/g, ' ');
  }

  names(node) {
    const clause = node.importClause;
    const named = clause?.namedBindings;
    const inner = !named ? [] : ts.isNamespaceImport(named) ? [named.name.text] : named.elements.map((one) => one.name.text);
    return clause?.name ? [clause.name.text, ...inner] : inner;
  }

  /** What stands before the members of a class or object. */
  head(node) {
    return this.source.text.slice(node.getStart(this.source), this.opening(node)).replace(/\s+/g, ' ').trim();
  }

  opening(node) {
    let inner;
    walk(node, (one) => (inner ??= ts.isClassLike(one) || ts.isObjectLiteralExpression(one) ? one : undefined));
    const members = inner?.members ?? inner?.properties;
    return members ? members.pos : node.end;
  }

  owner(node, members, kept) {
    const out = [` ${cut(this.head(node), OUTLINE)}`];
    for (const unit of members) out.push(...(kept.has(unit.node) ? this.excerpt(unit.node, kept.get(unit.node)) : [this.outline(unit)]));
    return [...out, ' }'];
  }

  /** A unit in one line. */
  outline(unit) {
    let body;
    walk(unit.node, (one) => (body ??= isFunction(one) ? one.body : undefined));
    const start = unit.node.getStart(this.source);
    const margin = this.lines[this.span(unit.node)[0] - 1].match(/^\s*/)[0];
    const head = this.source.text.slice(start, body ? body.getStart(this.source) : unit.node.end).replace(/\s+/g, ' ').trim();
    return ` ${margin}${cut(head, OUTLINE)} ...`;
  }

  /** These lines of a node, each with its mark; what is left out between them is `...`. */
  excerpt(node, lines) {
    const out = this.documentation(node);
    let gap = '';
    let told = -TOLD;
    for (const number of range(this.span(node))) {
      const text = (this.lines[number - 1] ?? '').trimEnd();
      if (!text.trim()) continue;
      if (!lines.has(number)) {
        gap ||= ` ${text.match(/^\s*/)[0]}...`;
        continue;
      }
      if (gap) out.push(gap);
      gap = '';
      const mark = this.missing.has(number) ? '>' : this.forks.has(number) ? '?' : ' ';
      const tells = mark !== ' ' && !(told < number && number < told + TOLD);
      if (tells) told = number;
      out.push(`${mark}${text}${tells ? `  // ${number}` : ''}`);
    }
    return gap ? [...out, gap] : out;
  }

  /** The first lines of what is said of a unit, and its tags. */
  documentation(node) {
    const comments = ts.getLeadingCommentRanges(this.source.text, node.pos) ?? [];
    const last = comments.at(-1);
    const text = last ? this.source.text.slice(last.pos, last.end) : '';
    if (!text.startsWith('/**')) return [];
    const said = text.slice(3, -2).split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd()).filter(Boolean);
    const first = said.findIndex((line) => line.startsWith('@'));
    const plain = (first < 0 ? said : said.slice(0, first)).slice(0, DOC);
    const tags = said.filter((line) => /^@(?:param|returns?|throws|template|deprecated)\b/.test(line)).slice(0, TAGS);
    const margin = this.lines[this.span(node)[0] - 1].match(/^\s*/)[0];
    return [...plain, ...tags].map((line) => ` ${margin}// ${line}`);
  }

  /** Units that call those which nobody outside can call, each with the lines that do. */
  callers(group) {
    const found = [];
    const seen = new Set(group.map((unit) => unit.node));
    let hidden = new Set(group.filter((unit) => !this.isPublic(unit)).map((unit) => unit.name.split('.').at(-1)));
    for (let times = 0; times < 3 && hidden.size; times += 1) {
      const next = new Set();
      for (const unit of this.units) {
        const line = seen.has(unit.node) ? 0 : this.calls(unit, hidden);
        if (!line) continue;
        seen.add(unit.node);
        found.push([unit, shown(this.source, unit.node, new Set([line]))]);
        if (!this.isPublic(unit)) next.add(unit.name.split('.').at(-1));
      }
      hidden = next;
    }
    return found.sort((a, b) => this.isPublic(b[0]) - this.isPublic(a[0]) || a[1].size - b[1].size).slice(0, CALLERS);
  }

  /** The first line that calls one of these names; 0 for none. */
  calls(unit, names) {
    let line = 0;
    walk(unit.node, (one) => {
      if (line || !ts.isCallExpression(one)) return;
      const callee = ts.isPropertyAccessExpression(one.expression) ? one.expression.name : one.expression;
      if (ts.isIdentifier(callee) && names.has(callee.text)) line = this.span(one)[0];
    });
    return line;
  }

  isPublic(unit) {
    this.exported ??= new Set(this.outsiders());
    const name = unit.name.split('.')[0];
    return this.exported.has(name) || /^(?:module\.)?exports\b|^export\b/.test(unit.node.getText(this.source)) || (unit.owner !== null && this.exported.has(name));
  }

  /** Names in everything that exports. */
  *outsiders() {
    for (const node of this.source.statements) {
      const text = node.getText(this.source);
      if (!/^export\b|^(?:module\.)?exports\b/.test(text)) continue;
      if (ts.isExportDeclaration(node)) yield* [...text.matchAll(/[\w$]+/g)].map((match) => match[0]);
      else if (node.name) yield node.name.text;
      else if (ts.isVariableStatement(node)) yield* binds(node);
      else yield* [...text.slice(0, 2000).matchAll(/[\w$]+/g)].map((match) => match[0]);
    }
  }
}

function cut(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
