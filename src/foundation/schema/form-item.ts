import type { JsonValue } from './json-safe.js';

/** One input of a FormKit schema. Only JSON values, so that it can be written to config.yaml and sent to a browser. */
export type FormKitItem = {
  /** The input's kind, e.g. `number`, `select` or `group`. */
  readonly $formkit: string;
  /** `name`, `label`, `value`, `help` and whatever else the kind of input takes. */
  readonly [property: string]: JsonValue;
};

/** The form of an action, as config.yaml and the platform carry it. */
export interface ActionUiSchema {
  /** Null where the form stands for no action in particular. */
  readonly action: string | null;
  readonly ui_schemas: readonly FormKitItem[];
}
