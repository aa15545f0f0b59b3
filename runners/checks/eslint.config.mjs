// Our own rules for JavaScript and TypeScript: what is dangerous, and what cannot be meant. No matter of style.
// "error" is what must be looked at, "warn" what may be fine where it stands.
import { createRequire } from 'node:module';

const need = createRequire(`${process.env.TESTWRIGHT_TOOLS}/`);
const load = (name) => need(name).default ?? need(name);
const { builtinRules } = need('eslint/use-at-your-own-risk');
const typescript = load('typescript-eslint');

const each = (plugin, level, names) =>
  Object.fromEntries(names.trim().split(/\s+/).map((name) => [plugin ? `${plugin}/${name}` : name, level]));

// Of ESLint's own: recommended rules on problems; without no-undef, since what is global is not known here.
const problems = Object.keys(load('@eslint/js').configs.recommended.rules).filter(
  (name) => builtinRules.get(name).meta.type === 'problem' && !['no-undef', 'no-unused-vars'].includes(name),
);
const doubtful = 'no-async-promise-executor no-control-regex no-empty-pattern no-fallthrough no-prototype-builtins no-unused-private-class-members';

export default [
  { linterOptions: { reportUnusedDisableDirectives: 'off', noInlineConfig: true } },
  {
    files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'],
    languageOptions: {
      parser: typescript.parser,
      ecmaVersion: 'latest',
      sourceType: 'module',
      parserOptions: { ecmaFeatures: { jsx: true } },
    },
    plugins: {
      security: load('eslint-plugin-security'),
      sonarjs: load('eslint-plugin-sonarjs'),
      regexp: load('eslint-plugin-regexp'),
      'no-unsanitized': load('eslint-plugin-no-unsanitized'),
    },
    rules: {
      ...Object.fromEntries(problems.map((name) => [name, 'error'])),
      ...each('', 'warn', doubtful),
      ...each('', 'error', 'no-new-func no-script-url'),
      ...each('security', 'error', 'detect-eval-with-expression detect-bidi-characters detect-new-buffer detect-buffer-noassert'),
      ...each(
        'security',
        'warn',
        `detect-child-process detect-disable-mustache-escape detect-no-csrf-before-method-override detect-non-literal-fs-filename
         detect-non-literal-regexp detect-non-literal-require detect-possible-timing-attacks detect-pseudoRandomBytes
         detect-invisible-characters`,
      ),
      ...each('regexp', 'error', 'no-super-linear-backtracking'),
      ...each('no-unsanitized', 'error', 'method property'),
      ...each(
        'sonarjs',
        'error',
        `no-hardcoded-passwords no-hardcoded-secrets hardcoded-secret-signatures sql-queries weak-ssl no-weak-keys no-weak-cipher
         encryption-secure-mode insecure-jwt-token unverified-certificate unverified-hostname xml-parser-xxe disabled-auto-escaping
         no-unsafe-unzip no-all-duplicated-branches no-identical-expressions no-element-overwrite
         no-use-of-empty-return-value no-collection-size-mischeck no-unthrown-error no-unenclosed-multiline-block non-existent-operator
         for-loop-increment-sign no-empty-collection`,
      ),
      ...each(
        'sonarjs',
        'warn',
        `hashing cors csrf insecure-cookie cookie-no-httponly post-message file-permissions publicly-writable-directories
         no-clear-text-protocols production-debug content-length session-regeneration pseudo-random null-dereference
         no-ignored-return no-redundant-assignments no-unused-collection stateful-regex`,
      ),
    },
  },
  { files: ['**/*.cjs', '**/*.cts'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: ['**/*.{ts,tsx,mts,cts}'],
    // What the compiler says better.
    rules: Object.fromEntries(Object.entries(typescript.configs.eslintRecommended.rules).filter(([, level]) => level === 'off')),
  },
];
