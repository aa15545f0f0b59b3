/** @file Lays code out in the style of a project: TypeScript's formatter, and its quotes. */
'use strict';

const { ts, parse, walk } = require('./syntax.cjs');

/**
 * The function that lays out one text.
 *
 * @param {{indent: string, semi: string, quote: string}} style
 */
function formatter({ indent, semi, quote }) {
  let current = ['', ''];
  let version = 0;
  const host = {
    getCompilationSettings: () => ({ allowJs: true, noLib: true }),
    getScriptFileNames: () => [current[0]],
    getScriptVersion: () => String(version),
    getScriptSnapshot: () => ts.ScriptSnapshot.fromString(current[1]),
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '',
    fileExists: () => false,
    readFile: () => undefined,
  };
  const service = ts.createLanguageService(host);
  const tabs = indent.includes('\t');
  const options = {
    ...ts.getDefaultFormatCodeSettings('\n'),
    indentSize: tabs ? 4 : indent.length || 2,
    tabSize: tabs ? 4 : indent.length || 2,
    convertTabsToSpaces: !tabs,
    semicolons: semi ? ts.SemicolonPreference.Insert : ts.SemicolonPreference.Remove,
  };
  return (text, name) => {
    current = [/\.[cm]?ts$/.test(name) ? '/part.ts' : '/part.tsx', text];
    version += 1;
    const edits = service.getFormattingEditsForDocument(current[0], options);
    const laid = edits.sort((a, b) => b.span.start - a.span.start).reduce((made, { span, newText }) => made.slice(0, span.start) + newText + made.slice(span.start + span.length), text);
    return requoted(laid, name, quote).trimEnd();
  };
}

/** Plain strings in the quotes of the project. */
function requoted(text, name, quote) {
  const { source } = parse(text, name);
  const other = quote === '"' ? "'" : '"';
  const found = [];
  walk(source, (node) => {
    if (!ts.isStringLiteral(node) || ts.isJsxAttribute(node.parent)) return;
    const raw = node.getText(source);
    if (raw[0] === other && !raw.slice(1, -1).includes(quote) && !raw.slice(1, -1).includes(other)) found.push(node);
  });
  return found.reverse().reduce((made, node) => `${made.slice(0, node.getStart(source))}${quote}${made.slice(node.getStart(source) + 1, node.end - 1)}${quote}${made.slice(node.end)}`, text);
}

module.exports = { formatter };
