import { RegistrationError } from '../../../../foundation/errors/family.errors.js';
import { SynapseError } from '../../../../foundation/errors/synapse.error.js';
import { isRecord } from '../../../../foundation/schema/json-safe.js';
import type { DataUnit, NewDataUnit } from '../../../../resources/clients/backend/platform-records.js';
import type { UploadRunContext } from './upload-run-context.js';

/** A field of each unit's `meta`: which unit of which run it is. By it, a unit is found whose request was never answered. */
export const UPLOAD_KEY = 'upload_key';

const MAX_TRIES = 4;

/** A unit that is to be made. */
export interface UnitToMake extends NewDataUnit {
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Makes units on the platform, each of them once: where an answer was lost, the platform is asked what there is before anything is sent again. */
export class UnitRegistration {
  readonly #context: UploadRunContext;

  constructor(context: UploadRunContext) {
    this.#context = context;
  }

  /**
   * Makes a batch of units; resolves to their ids, in their order.
   *
   * @param mayExist - Whether some of them may have been made by an earlier process.
   * @throws {@link RegistrationError} when the platform makes others than it was asked for; what the client throws.
   */
  async make(units: readonly UnitToMake[], mayExist: boolean): Promise<number[]> {
    const ids = mayExist ? await this.find(new Set(units.map(keyOf))) : new Map<string, number>();
    for (let attempt = 1; ; attempt++) {
      const missing = units.filter((unit) => !ids.has(keyOf(unit)));
      if (missing.length === 0) return units.map((unit) => ids.get(keyOf(unit)) ?? 0);
      try {
        for (const [key, id] of await this.#send(missing)) ids.set(key, id);
      } catch (error) {
        if (attempt >= MAX_TRIES || !SynapseError.is(error) || !error.retryable) throw error;
        this.#context.signal.throwIfAborted();
        for (const [key, id] of await this.find(new Set(missing.map(keyOf)))) ids.set(key, id);
      }
    }
  }

  /** Those of the keys that the platform has units with, and their ids. All units of the collection are looked at for it. */
  async find(keys: { has(key: string): boolean }): Promise<Map<string, number>> {
    const { client, params, signal } = this.#context;
    const found = new Map<string, number>();
    for await (const { id, meta } of client.listDataUnits({ data_collection: params.data_collection }, { signal })) {
      const key = isRecord(meta) ? meta[UPLOAD_KEY] : undefined;
      if (typeof key === 'string' && typeof id === 'number' && keys.has(key)) found.set(key, id);
    }
    return found;
  }

  async #send(units: readonly UnitToMake[]): Promise<[key: string, id: number][]> {
    const { client, signal, idempotencyKey } = this.#context;
    const [first] = units;
    // As a header only: whether the platform knows such keys is not known, so the client must not rely on it and repeat the request.
    const headers = { 'idempotency-key': `${idempotencyKey}:${first ? keyOf(first) : ''}` };
    const made: unknown = await client.createDataUnits(units, { signal, headers });
    if (!Array.isArray(made) || made.length !== units.length) {
      throw new RegistrationError(units.length, Array.isArray(made) ? made.length : 0);
    }
    return units.map((unit, index) => [keyOf(unit), Number((made[index] as DataUnit).id)]);
  }
}

function keyOf({ meta }: UnitToMake): string {
  return String(meta[UPLOAD_KEY]);
}
