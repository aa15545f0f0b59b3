/** @file Reads the source of the target: its functions with the use they make of parameters, its literals, its conditions, its examples. */
'use strict';

const { toolbox } = require('./toolbox.cjs');
const { useOf } = require('./uses.cjs');
const { typeReader } = require('./types.cjs');

const LONGEST = 60;

/** What the source says. */
class Harvest {
  /**
   * @param {string} text
   * @param {string} file
   * @param {{tools: string, compiler: object}} options
   */
  constructor(text, file, options) {
    this.ts = toolbox(options.tools)('typescript');
    const { ts } = this;
    const typed = /\.[cm]?tsx?$/.test(file);
    const documented = /@(?:param|type|typedef)\b/.test(text);
    const reader = typed || documented ? typeReader(ts, file, options.compiler) : null;
    this.source = reader?.source ?? ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, typed ? undefined : ts.ScriptKind.JSX);
    this.reader = reader;
    /** Function by place of its body: `line:column`. */
    this.functions = new Map();
    this.strings = new Map();
    this.numbers = new Map();
    this.regexes = new Map();
    /** Condition by the place of its `if`: `line:column`. */
    this.conditions = new Map();
    this.examples = [];
    this.keys = new Set();
    this.visit(this.source);
  }

  place(position) {
    const { line, character } = this.source.getLineAndCharacterOfPosition(position);
    return `${line + 1}:${character}`;
  }

  visit(node) {
    const { ts } = this;
    if (ts.isFunctionLike(node) && node.body) this.functionLike(node);
    if (ts.isStringLiteralLike(node) && !this.isImported(node)) this.add(this.strings, node.text);
    if (ts.isTemplateExpression(node)) this.add(this.strings, node.head.text);
    if (ts.isNumericLiteral(node)) this.add(this.numbers, Number(node.text));
    if (ts.isRegularExpressionLiteral(node)) this.regexes.set(node.text, node.text);
    if (ts.isPropertyAccessExpression(node)) this.keys.add(node.name.text);
    if (ts.isIfStatement(node)) {
      const test = node.expression.getText(this.source).replace(/\s+/g, ' ');
      if (test.length <= LONGEST) this.conditions.set(this.place(node.getStart(this.source)), test);
    }
    ts.forEachChild(node, (child) => this.visit(child));
  }

  isImported(node) {
    const { parent } = node;
    return this.ts.isImportDeclaration(parent) || this.ts.isExportDeclaration(parent) || this.ts.isLiteralTypeNode(parent)
      || (this.ts.isCallExpression(parent) && parent.expression.getText(this.source) === 'require')
      || (this.ts.isExpressionStatement(parent) && node.text === 'use strict');
  }

  add(pool, value) {
    if (typeof value !== 'string' || (value.length > 0 && value.length <= LONGEST)) pool.set(value, (pool.get(value) ?? 0) + 1);
  }

  functionLike(node) {
    const { ts, source } = this;
    const parameters = node.parameters.filter((one) => one.name.getText(source) !== 'this').map((one) => this.parameter(one, node));
    let { body } = node;
    while (ts.isParenthesizedExpression(body)) body = body.expression;
    const place = this.place(body.getStart(source));
    const doc = ts.getJSDocCommentsAndTags?.(node).map((one) => one.getText?.() ?? '').join('\n') ?? '';
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    const last = source.getLineAndCharacterOfPosition(node.end).line + 1;
    this.functions.set(place, { place, parameters, first, last, doc, name: node.name?.getText(source) ?? '', ...this.itself(node) });
    if (/@example|>>>|\n\s*\*\s+\w+\(/.test(doc)) this.examples.push(doc);
  }

  /** What a function says about itself: whether it looks at `arguments`, whether it makes objects when it is called with `new`. */
  itself(node) {
    const text = node.body.getText(this.source);
    return { variadic: /\barguments\b/.test(text), text: text.length < 4000 ? text : '', own: /\bthis\.\w+\s*=[^=]/.test(text) };
  }

  parameter(node, owner) {
    const { ts, source } = this;
    const bound = ts.isIdentifier(node.name) ? node.name.text : '';
    const typed = this.reader?.shape(node);
    return {
      name: bound,
      rest: Boolean(node.dotDotDotToken),
      optional: Boolean(node.questionToken || node.initializer),
      initial: node.initializer?.getText(source) ?? '',
      typed: typed && typed.t !== 'any' ? typed : null,
      use: useOf(ts, source, bound ? [bound] : [], node.name, owner),
    };
  }
}

module.exports = { Harvest };
