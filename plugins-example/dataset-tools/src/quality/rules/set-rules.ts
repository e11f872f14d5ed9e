import { calculateChecksum } from 'nest-synapse';
import type { QualityLimits, QualityRule } from '../quality-rule.js';
import { isShape } from '../shapes.js';

/** The same picture twice; in two parts of a set, what is learned from is measured with. */
export function samePictures(): QualityRule {
  const seen = new Map<string, { readonly name: string; readonly split: string | null }>();
  return {
    name: 'same_picture',
    title: 'Pictures that are there twice',
    severity: 'error',
    async check(image, report) {
      if (image.file === null) return;
      const digest = await calculateChecksum(image.file, { algorithm: 'xxh3' });
      const name = image.split === null ? image.fileName : `${image.split}/${image.fileName}`;
      const known = seen.get(digest);
      if (known === undefined) return void seen.set(digest, { name, split: image.split });
      const leak = known.split === image.split ? '' : ', in another part of the set';
      report({
        document: image.document,
        annotation: '',
        message: `${name} has the same bytes as ${known.name}${leak}`,
      });
    },
  };
}

/** Classes of which there are far more examples than of others. */
export function classImbalance({ maxImbalance }: QualityLimits): QualityRule {
  const counts = new ClassCounter();
  return {
    name: 'class_imbalance',
    title: `Classes with more than ${maxImbalance} times as many annotations as the rarest`,
    severity: 'warning',
    check: ({ annotations }) => counts.add(annotations.filter(isShape)),
    finish(_names, report) {
      const [rarest, ...others] = counts.sorted();
      for (const [label, count] of rarest ? others : []) {
        const ratio = count / (rarest?.[1] ?? count);
        if (ratio <= maxImbalance) continue;
        const message = `${label} has ${count} annotations, ${Math.round(ratio)} times as many as ${rarest?.[0]}`;
        report({ document: '', annotation: label, message });
      }
    },
  };
}

/** Classes with few examples, or none. */
export function rareClasses({ minPerClass }: QualityLimits): QualityRule {
  const counts = new ClassCounter();
  return {
    name: 'rare_class',
    title: `Classes with fewer than ${minPerClass} annotations`,
    severity: 'warning',
    check: ({ annotations }) => counts.add(annotations.filter(isShape)),
    finish(names, report) {
      for (const label of names) {
        const count = counts.of(label);
        const number = count === 0 ? 'no annotation' : count === 1 ? 'one annotation' : `${count} annotations`;
        if (count < minPerClass) report({ document: '', annotation: label, message: `${label} has ${number}` });
      }
    },
  };
}

class ClassCounter {
  readonly #counts = new Map<string, number>();

  add(annotations: readonly { readonly label: string }[]): void {
    for (const { label } of annotations) this.#counts.set(label, this.of(label) + 1);
  }

  of(label: string): number {
    return this.#counts.get(label) ?? 0;
  }

  /** The rarest first. */
  sorted(): [label: string, count: number][] {
    return [...this.#counts].sort(([, one], [, other]) => one - other);
  }
}
