import { nameOfActionClass } from '../../../authoring/decorators/name-of-action.js';
import { dottedName } from './build-scope.js';
import type { DecoratorReader, DecoratorUse } from './decorator-reader.js';
import { type Findings, locationOf, scannedClassOf } from './findings.js';
import type { ScannedAction, ScannedClass } from './scan-result.js';
import type { ClassDeclaration, Scope } from './scope.js';
import type { PlacedExpression, StaticReader } from './static-reader.js';
import { keyOf, type Meaning, type SymbolResolver } from './symbol-resolver.js';
import type { ClassElement, ClassNode, Expression, MethodNode } from './syntax.js';

/** What a scan looks things up with. */
export interface ScanTools {
  readonly resolver: SymbolResolver;
  readonly decorators: DecoratorReader;
  readonly reader: StaticReader;
}

/** A decorator in the place where it stands, for {@link ClassScanner} and its warnings. */
interface Subject {
  readonly declaration: ClassDeclaration;
  readonly use: DecoratorUse;
  /** How warnings call it: a class name, or `Class.method`. */
  readonly label: string;
}

/** Turns the decorated classes of a file into findings. */
export class ClassScanner {
  constructor(
    private readonly tools: ScanTools,
    private readonly findings: Findings,
  ) {}

  scan(declaration: ClassDeclaration): void {
    const { node, scope } = declaration;
    const uses = node.decorators.length > 0 ? this.tools.decorators.read(node.decorators, scope) : [];
    const methods = this.#decoratedMembers(declaration);
    const isOurs = methods.length > 0 || uses.some(({ decorator }) => decorator === 'Action' || decorator === 'Step');
    if (!isOurs && !node.abstract) this.warnOfUndecorated(node, scope, declaration.name);
    if (uses.length === 0 && methods.length === 0) return;
    if (!scope.isReachable(declaration.name)) return this.#warnOfHidden(declaration, isOurs);
    const place = scannedClassOf(declaration);
    for (const use of uses) this.#addClass({ declaration, use, label: place.className }, place);
    for (const [element, use] of methods) this.#addMember(declaration, element, use, place);
  }

  /** Reports a class that does what an action does, and that nothing will ever find. */
  warnOfUndecorated(node: ClassNode, scope: Scope, name: string): void {
    if (!node.superClass || !this.tools.decorators.extendsActionBase(node, scope)) return;
    this.findings.warn(
      'undecorated_subclass',
      scope.source,
      node.id?.start ?? node.start,
      `${name} extends BaseAction but carries no @Action, so it is not an action. Decorate it with @Action(), or declare it abstract if it is only a base.`,
    );
  }

  #warnOfHidden({ node, scope, name }: ClassDeclaration, isOurs: boolean): void {
    if (!isOurs) return;
    const message = `${name} is decorated, but its namespace '${scope.path.join('.')}' does not export it, so no entrypoint leads to it. Write 'export class ${name}', and export the namespaces around it.`;
    this.findings.warn('unreachable', scope.source, node.id?.start ?? node.start, message);
  }

  #decoratedMembers({ node, scope }: ClassDeclaration): [ClassElement, DecoratorUse][] {
    const found: [ClassElement, DecoratorUse][] = [];
    for (const element of node.body.body) {
      if (!('decorators' in element) || element.decorators.length === 0) continue;
      const use = this.tools.decorators.read(element.decorators, scope).find(({ decorator }) => decorator === 'Action');
      if (use) found.push([element, use]);
    }
    return found;
  }

  #addClass(subject: Subject, place: ScannedClass): void {
    const { use, declaration } = subject;
    if (this.#isUnusable(subject)) return;
    if (use.decorator === 'Module') this.findings.modules.push(place);
    else if (use.decorator === 'Injectable') this.findings.injectables.push(place);
    else if (use.decorator === 'Step') this.findings.steps.push({ ...place, name: this.#nameOf(subject, null) });
    else {
      const fallback = declaration.node.id ? nameOfActionClass(declaration.name) : null;
      this.findings.actions.push({ kind: 'class', ...place, ...this.#describe(subject, fallback) });
    }
  }

  #addMember(declaration: ClassDeclaration, element: ClassElement, use: DecoratorUse, place: ScannedClass): void {
    const { node, scope } = declaration;
    const methodName = isInstanceMethod(element) ? this.#methodName(element, scope) : undefined;
    const label = `${node.id?.name ?? place.className}.${methodName ?? 'a member'}`;
    if (!isInstanceMethod(element)) {
      const message = `@Action stands on a member of ${place.className} that is no method of its instances. Put it on a method that is neither static, private nor an accessor.`;
      return this.findings.warn('not_a_method', scope.source, use.start, message);
    }
    if (methodName === undefined) {
      const message = `@Action stands on a method of ${place.className} whose name only running the code would tell. Give the method a plain name.`;
      return this.findings.warn('dynamic_name', scope.source, use.start, message);
    }
    const subject = { declaration, use, label };
    if (this.#isUnusable(subject)) return;
    const description = this.#describe(subject, methodName);
    const paramsClass = description.paramsClass ?? this.#firstParameterClass(element, scope);
    this.findings.actions.push({
      kind: 'method',
      ...place,
      ...locationOf(scope.source, element.key.start),
      entrypoint: `${place.entrypoint}.${methodName}`,
      methodName,
      ...description,
      ...(paramsClass !== undefined && { paramsClass }),
    });
  }

  /** Whether the decorator is used in a way that makes nothing of it. */
  #isUnusable({ declaration: { node, scope }, use: { decorator, isBare, start }, label }: Subject): boolean {
    const isOurs = decorator === 'Action' || decorator === 'Step';
    if (node.abstract && isOurs) {
      const message = `@${decorator} on ${label} does nothing: the class is abstract and subclasses do not inherit the decorator. Decorate the concrete subclasses.`;
      this.findings.warn('abstract_class', scope.source, start, message);
    } else if (isBare) {
      const message = `@${decorator} on ${label} lacks its parentheses, so it decorates nothing. Write @${decorator}().`;
      this.findings.warn('bare_decorator', scope.source, start, message);
    }
    return isBare || node.abstract === true;
  }

  #describe(subject: Subject, fallbackName: string | null): Omit<ScannedAction, 'kind' | keyof ScannedClass> {
    const name = this.#nameOf(subject, fallbackName);
    const described = {
      description: this.#text(subject, 'description'),
      category: this.#text(subject, 'category'),
      method: this.#text(subject, 'method'),
      paramsClass: this.#className(subject, 'params'),
      resultClass: this.#className(subject, 'result'),
    };
    return {
      name,
      inputType: this.#typeName(subject, 'inputType', name),
      outputType: this.#typeName(subject, 'outputType', name),
      ...Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined)),
    };
  }

  /** The explicit name, else `fallback`; null with a warning where neither is known. */
  #nameOf(subject: Subject, fallback: string | null): string | null {
    const option = this.#option(subject, 'name');
    const text = option && this.tools.reader.text(option);
    if (typeof text === 'string' && text !== '') return text;
    if (text === null && fallback !== null) return fallback;
    const { use, label, declaration } = subject;
    if (text === '') {
      this.findings.warn(
        'empty_name',
        declaration.scope.source,
        use.start,
        `The name of ${label} is empty. Leave 'name' out or give it one.`,
      );
    } else {
      const message = `The name of ${label} cannot be read without running the code. Write it into @${use.decorator}({ name: '…' }) as a text or a constant.`;
      this.findings.warn('dynamic_name', declaration.scope.source, use.start, message);
    }
    return null;
  }

  #typeName(subject: Subject, key: 'inputType' | 'outputType', actionName: string | null): string | null {
    const option = this.#option(subject, key);
    const name = option && this.tools.reader.typeName(option);
    if (name !== undefined) return name;
    // Options of which nothing can be read have been warned of for the name's sake.
    if (option === undefined && actionName === null) return null;
    const { use, label, declaration } = subject;
    const message = `The ${key} of ${label} cannot be read without running the code. Name a class that extends DataType and has a static typeName.`;
    this.findings.warn('dynamic_type', declaration.scope.source, use.start, message);
    return null;
  }

  #text(subject: Subject, key: string): string | undefined {
    const option = this.#option(subject, key);
    return (option && this.tools.reader.text(option)) ?? undefined;
  }

  #className(subject: Subject, key: 'params' | 'result'): string | undefined {
    const option = this.#option(subject, key);
    return option ? classNameOf(this.tools.resolver.resolve(option.expression, option.scope)) : undefined;
  }

  #option({ declaration, use }: Subject, key: string): PlacedExpression | null | undefined {
    return use.options ? this.tools.reader.property({ expression: use.options, scope: declaration.scope }, key) : null;
  }

  #methodName({ key, computed }: MethodNode, scope: Scope): string | undefined {
    if (!computed) return keyOf(key);
    return this.tools.reader.text({ expression: key as Expression, scope }) ?? undefined;
  }

  /** A method action takes its params class from the type of its first parameter, unless that is the context. */
  #firstParameterClass(method: MethodNode, scope: Scope): string | undefined {
    if (method.value.params.length === 0) return undefined;
    const [first] = scope.source.typed(method).value.params;
    const pattern = first?.type === 'AssignmentPattern' ? first.left : first;
    const type = pattern && 'typeAnnotation' in pattern ? pattern.typeAnnotation?.typeAnnotation : undefined;
    if (type?.type !== 'TSTypeReference') return undefined;
    const name = classNameOf(this.tools.resolver.resolvePath(dottedName(type.typeName), scope));
    return name === 'RuntimeContext' ? undefined : name;
  }
}

function isInstanceMethod(element: ClassElement): element is MethodNode {
  return (
    element.type === 'MethodDefinition' &&
    element.kind === 'method' &&
    !element.static &&
    element.key.type !== 'PrivateIdentifier'
  );
}

function classNameOf(meaning: Meaning | undefined): string | undefined {
  if (meaning?.kind === 'class') return meaning.declaration.name || undefined;
  return meaning?.kind === 'package' ? meaning.path.at(-1) : undefined;
}
