import { ClassScanner, type ScanTools } from './class-scanner.js';
import { conflictsOf } from './conflicts.js';
import { DecoratorReader } from './decorator-reader.js';
import { byLocation, Findings } from './findings.js';
import type { ScanResult } from './scan-result.js';
import type { Scope } from './scope.js';
import { listSourceFiles, type SourceFileLimits } from './source-files.js';
import { classesWithin, type SourceModule } from './source-module.js';
import { SourceModules } from './source-modules.js';
import { StaticReader } from './static-reader.js';
import { SymbolResolver } from './symbol-resolver.js';
import { unwrap } from './syntax.js';
import { warnOfUnreachable } from './unreachable-classes.js';

/** Finds every class and a few things more: only these may follow the word, and `class-validator` is not among them. */
const CLASS_KEYWORD = /\bclass(?=[\s{</])/g;

/**
 * Finds the actions, steps, Nest modules and injectables of a plugin's folder by reading its sources. Nothing is executed.
 *
 * Names count by what they stand for: aliases, namespaces, re-exports and local base classes are followed. What only running the
 * code would tell is a warning. A file with an error is reported and left out. What cannot be seen this way are decorators that a
 * plugin makes itself from `@Action`.
 *
 * @throws PluginFolderNotFoundError when `directory` is not a folder; PluginFolderTooLargeError when it holds more than `limits` allow.
 */
export function scanPlugin(directory: string, limits?: SourceFileLimits): ScanResult {
  const files = listSourceFiles(directory, limits);
  const findings = new Findings();
  const modules = new SourceModules(directory, files);
  const resolver = new SymbolResolver(modules);
  const tools: ScanTools = { resolver, decorators: new DecoratorReader(resolver), reader: new StaticReader(resolver) };
  const scanner = new ClassScanner(tools, findings);
  for (const file of files) {
    const module = modules.read(file, findings);
    if (module?.mayHoldClasses) scanModule(module, scanner, tools, findings);
  }
  const { actions, steps, errors, warnings, modules: nestModules, injectables } = findings;
  for (const list of [actions, steps, nestModules, injectables, warnings, errors]) list.sort(byLocation);
  const conflicts = [...conflictsOf('action', actions), ...conflictsOf('step', steps)];
  return { actions, steps, modules: nestModules, injectables, warnings, errors, conflicts, files };
}

function scanModule(module: SourceModule, scanner: ClassScanner, tools: ScanTools, findings: Findings): void {
  const { scope, text, program } = module;
  const classes = [...classesWithin(scope)];
  for (const declaration of classes) scanner.scan(declaration);
  scanNamedExpressions(scope, scanner);
  // Each class takes the word once; more of them may be classes in places that the scope does not show.
  const words = text.match(CLASS_KEYWORD)?.length ?? 0;
  if (program && words > classes.length && text.includes('@')) {
    const known = new Set(classes.map(({ node }) => node));
    warnOfUnreachable(program, scope, known, { decorators: tools.decorators, findings });
  }
  module.forgetDetails();
}

/** `const Train = class extends BaseAction {}` */
function scanNamedExpressions(scope: Scope, scanner: ClassScanner): void {
  for (const [name, binding] of scope.bindings) {
    const value = binding.kind === 'const' && binding.members.length === 0 ? unwrap(binding.value) : undefined;
    if (value?.type === 'ClassExpression' && !value.abstract) scanner.warnOfUndecorated(value, scope, name);
  }
}
