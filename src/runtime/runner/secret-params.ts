import { secretFieldsOf } from '../../foundation/schema/secret-fields.js';
import type { ClassOf } from '../../authoring/decorators/action.decorator.js';

/** What a store keeps in place of a secret: the caller holds the value. */
export interface SecretReference {
  readonly $secret: 'caller';
}

/** Keeps secrets out of what is stored: params marked `@UiField({ secret: true })` become references. */
export class SecretParams {
  readonly #fields = new WeakMap<object, readonly string[]>();

  /** `params` as a store may keep them; the same object when nothing in it is secret. */
  mask(type: ClassOf<object> | undefined, params: unknown): unknown {
    if (!type || typeof params !== 'object' || params === null) return params;
    const secrets = this.#fieldsOf(type).filter((field) => Object.hasOwn(params, field));
    if (secrets.length === 0) return params;
    const reference: SecretReference = { $secret: 'caller' };
    return { ...params, ...Object.fromEntries(secrets.map((field) => [field, reference])) };
  }

  #fieldsOf(type: ClassOf<object>): readonly string[] {
    let fields = this.#fields.get(type);
    if (!fields) this.#fields.set(type, (fields = secretFieldsOf(type as never)));
    return fields;
  }
}
