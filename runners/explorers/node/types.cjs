/** @file Turns types, as TypeScript's checker knows them (annotations and JSDoc), into shapes that values are made from. */
'use strict';

const DEEPEST = 4;
const MOST = 24;
const TYPED = /^(Uint8|Uint8Clamped|Uint16|Uint32|Int8|Int16|Int32|Float32|Float64|BigInt64|BigUint64)Array$/;
const BUILT = { Date: 'date', RegExp: 'regexp', Error: 'error', Buffer: 'buffer', URL: 'url', Object: 'object', Function: 'fn' };

/** Reads the types of one file. */
class TypeReader {
  constructor(ts, program, source) {
    this.ts = ts;
    this.checker = program.getTypeChecker();
    this.source = source;
  }

  /** The shape of what a parameter takes. */
  shape(node) {
    try {
      let type = this.checker.getTypeAtLocation(node);
      if (node.dotDotDotToken && this.checker.isArrayType(type)) [type] = this.checker.getTypeArguments(type);
      return this.of(type, 0);
    } catch {
      return { t: 'any' };
    }
  }

  of(type, depth) {
    const { ts, checker } = this;
    const { TypeFlags } = ts;
    const has = (flag) => Boolean(type.flags & flag);
    if (has(TypeFlags.Any | TypeFlags.Unknown)) return { t: 'any' };
    if (has(TypeFlags.StringLiteral | TypeFlags.NumberLiteral)) return { t: 'lit', v: type.value };
    if (has(TypeFlags.BooleanLiteral)) return { t: 'lit', v: type.intrinsicName === 'true' };
    if (has(TypeFlags.BigIntLiteral | TypeFlags.BigInt)) return { t: 'bigint' };
    if (has(TypeFlags.Boolean)) return { t: 'boolean' };
    if (type.isUnion()) return this.union(type, depth);
    if (has(TypeFlags.StringLike)) return { t: 'string' };
    if (has(TypeFlags.NumberLike)) return { t: 'number' };
    if (has(TypeFlags.Null)) return { t: 'lit', v: null };
    if (has(TypeFlags.Undefined | TypeFlags.Void)) return { t: 'lit', v: undefined };
    if (has(TypeFlags.ESSymbolLike)) return { t: 'symbol' };
    if (has(TypeFlags.TypeParameter)) {
      const bound = checker.getBaseConstraintOfType(type);
      return bound && bound !== type && !(bound.flags & TypeFlags.Unknown) ? this.of(bound, depth + 1) : { t: 'any' };
    }
    if (depth > DEEPEST || has(TypeFlags.NonPrimitive)) return { t: depth > DEEPEST ? 'any' : 'object', props: [] };
    return this.object(type, depth);
  }

  union(type, depth) {
    const parts = type.types.slice(0, MOST).map((one) => this.of(one, depth));
    const both = parts.filter((one) => one.t === 'lit' && typeof one.v === 'boolean').length === 2;
    const kept = both ? [...parts.filter((one) => !(one.t === 'lit' && typeof one.v === 'boolean')), { t: 'boolean' }] : parts;
    return kept.length === 1 ? kept[0] : { t: 'union', of: kept };
  }

  object(type, depth) {
    const { checker } = this;
    const name = type.symbol?.name ?? '';
    const args = () => (checker.getTypeArguments(type) ?? []).map((one) => this.of(one, depth + 1));
    if (checker.isTupleType(type)) return { t: 'tuple', of: args() };
    if (checker.isArrayType(type) || name === 'ReadonlyArray') return { t: 'array', of: args()[0] ?? { t: 'any' } };
    if (BUILT[name] && this.isBuiltIn(type)) return BUILT[name] === 'object' ? { t: 'object', props: [] } : { t: BUILT[name] };
    if (/Error$/.test(name) && this.isBuiltIn(type)) return { t: 'error' };
    if (TYPED.test(name)) return { t: 'typed', name };
    if (/^(Readonly)?Map$|^WeakMap$/.test(name)) return { t: 'map', of: args() };
    if (/^(Readonly)?Set$|^WeakSet$/.test(name)) return { t: 'set', of: args()[0] ?? { t: 'any' } };
    if (/^Promise(Like)?$/.test(name)) return { t: 'promise', of: args()[0] ?? { t: 'any' } };
    if (/^(Async)?(Iterable|Iterator|Generator|IterableIterator|ArrayLike)$/.test(name)) return { t: 'array', of: args()[0] ?? { t: 'any' } };
    const [signature] = type.getCallSignatures();
    if (signature) return this.callable(signature, depth);
    const made = type.getConstructSignatures()[0];
    if (made) return { t: 'newable', of: this.of(made.getReturnType(), depth + 1) };
    if (type.symbol?.flags & this.ts.SymbolFlags.Class) return { t: 'class', name, props: this.props(type, depth) };
    const index = checker.getIndexInfosOfType(type)[0];
    const props = this.props(type, depth);
    return index && !props.length ? { t: 'dict', of: this.of(index.type, depth + 1) } : { t: 'object', props, name };
  }

  isBuiltIn(type) {
    const file = type.symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
    return /[\\/](typescript[\\/]lib|@types[\\/]node)[\\/]/.test(file);
  }

  props(type, depth) {
    return this.checker.getPropertiesOfType(type).filter((one) => !/^(#|__)/.test(one.name)).slice(0, MOST).map((one) => {
      const declared = one.valueDeclaration ?? one.declarations?.[0];
      const inner = declared ? this.checker.getTypeOfSymbolAtLocation(one, declared) : this.checker.getTypeOfSymbol(one);
      return { n: one.name, s: this.of(inner, depth + 1), opt: Boolean(one.flags & this.ts.SymbolFlags.Optional) };
    });
  }

  callable(signature, depth) {
    const names = signature.getParameters().map((one) => one.name);
    return { t: 'fn', params: names, ret: depth > 2 ? { t: 'any' } : this.of(signature.getReturnType(), depth + 1) };
  }
}

/** Make a reader for a file; null when the checker cannot be had. */
function typeReader(ts, file, compiler) {
  const options = {
    ...compiler, allowJs: true, checkJs: false, noEmit: true, skipLibCheck: true, strictNullChecks: true, types: [], incremental: false,
    composite: false, tsBuildInfoFile: undefined, target: ts.ScriptTarget.ES2022, maxNodeModuleJsDepth: 0, lib: ['lib.es2023.d.ts'],
    module: compiler.module ?? ts.ModuleKind.ESNext, moduleResolution: compiler.module ? compiler.moduleResolution : ts.ModuleResolutionKind.Bundler,
  };
  try {
    const program = ts.createProgram([file], options);
    const source = program.getSourceFile(file);
    return source ? new TypeReader(ts, program, source) : null;
  } catch {
    return null;
  }
}

module.exports = { typeReader };
