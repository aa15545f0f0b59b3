// ESLint's results as SARIF 2.1.0, without the text of the files.
import { relative } from 'node:path';

const encode = (path) => path.split('/').map(encodeURIComponent).join('/');

// Without a rule it says what became of comments that switch rules off.
const told = ({ ruleId, fatal }) => ruleId || fatal;

const result = (path, { ruleId, severity, fatal, message, line }) => ({
  ruleId: ruleId ?? 'parse',
  level: severity === 2 && !fatal ? 'error' : 'warning',
  message: { text: message },
  locations: [{ physicalLocation: { artifactLocation: { uri: encode(path) }, region: { startLine: line || 1 } } }],
});

export default function (results, { cwd }) {
  const found = results.flatMap(({ filePath, messages }) => messages.filter(told).map((each) => result(relative(cwd, filePath), each)));
  return JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'eslint' } }, results: found }] });
}
