import type { Type } from '@nestjs/common';

/** Where in a form an input stands. Ids must be unique in a page, and loops inside loops need variables of their own. */
export class FormPlace {
  private constructor(
    private readonly parts: readonly string[],
    private readonly loops: number,
    private readonly above: readonly Type<object>[],
  ) {}

  /** The form of a class as a whole. Ids start with the class's name, so that forms of several classes fit into one page. */
  static of(type: Type<object>): FormPlace {
    return new FormPlace([idPart(type.name)], 0, [type]);
  }

  /** The place of a part of what stands here: a field, or one of the inputs that make up a list. */
  at(name: string): FormPlace {
    return new FormPlace([...this.parts, `_${idPart(name)}`], this.loops, this.above);
  }

  /** The place of an item of the list that stands here. */
  inLoop(): FormPlace {
    return new FormPlace([...this.parts, '_', this.index], this.loops + 1, this.above);
  }

  /** The place inside an object of a class. */
  inside(type: Type<object>): FormPlace {
    return new FormPlace(this.parts, this.loops, [...this.above, type]);
  }

  /** Whether an object of the class stands around this place: a class that contains itself would have an endless form. */
  isInside(type: Type<object>): boolean {
    return this.above.includes(type);
  }

  /** The variable that counts the items of the list that stands here, with its `$`. */
  get index(): string {
    return `$i${this.loops}`;
  }

  /** The id of the input that stands here: text, or inside a list a FormKit expression. */
  get id(): string {
    return this.isDynamic ? `$: (${this.expression})` : this.parts.join('');
  }

  /** The FormKit expression for the value of the input that stands here. */
  get value(): string {
    return this.isDynamic ? `$get(${this.expression}).value` : `$get(${this.parts.join('')}).value`;
  }

  private get isDynamic(): boolean {
    return this.loops > 0;
  }

  private get expression(): string {
    return this.parts.map((part) => (part.startsWith('$') ? part : `"${part}"`)).join(' + ');
  }
}

/** FormKit reads an id as a word of its expressions, so it keeps letters, digits and underscores only. */
function idPart(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, '_');
}
