import type { ClassDeclaration } from './scope.js';
import type {
  ScanError,
  ScannedAction,
  ScannedClass,
  ScannedInjectable,
  ScannedNestModule,
  ScannedStep,
  ScanWarning,
  SourceLocation,
} from './scan-result.js';
import type { SourceFile } from './scope.js';
import { positionOf } from './syntax.js';

/** What has been found so far. */
export class Findings {
  readonly actions: ScannedAction[] = [];
  readonly steps: ScannedStep[] = [];
  readonly modules: ScannedNestModule[] = [];
  readonly injectables: ScannedInjectable[] = [];
  readonly warnings: ScanWarning[] = [];
  readonly errors: ScanError[] = [];

  warn(code: ScanWarning['code'], source: SourceFile, offset: number, message: string): void {
    this.warnings.push({ code, ...locationOf(source, offset), message });
  }
}

export function locationOf(source: SourceFile, offset: number): SourceLocation {
  return { file: source.file, ...positionOf(source.text, offset) };
}

/** The class as results name it. */
export function scannedClassOf({ node, scope, name, localPath }: ClassDeclaration): ScannedClass {
  return {
    ...locationOf(scope.source, node.id?.start ?? node.start),
    className: name,
    entrypoint: `${scope.source.file.replace(/\.[cm]?[jt]sx?$/, '')}:${localPath.join('.')}`,
    localPath,
    exportPath: scope.exportPathOf(name),
  };
}

/** Order of file, then position. */
export function byLocation(one: SourceLocation, other: SourceLocation): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return one.line - other.line || one.column - other.column;
}
