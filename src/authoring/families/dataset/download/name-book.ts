import { closeSync, mkdirSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataUnitInvalidError } from '../../../../foundation/errors/family.errors.js';

const MAX_TRIES = 1_000;

/** Names that were given out, each once. They are kept on the disk: their number costs no memory. */
export class NameBook {
  readonly #folder: string;

  /** @param part - Folder of the part that the names are for; the book lies in it until it is closed. */
  constructor(part: string) {
    this.#folder = join(part, '.names');
    mkdirSync(this.#folder, { recursive: true });
  }

  /** The name if nobody has it, else one with the unit's id in it. At once, so that who comes first gets it. */
  take(name: string, unit: string): string {
    const id = unit.replace(/[^\w-]/g, '_').slice(0, 40);
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const candidate = [name, ...(attempt > 0 ? [id] : []), ...(attempt > 1 ? [String(attempt)] : [])].join('_');
      if (this.#isNew(candidate)) return candidate;
    }
    throw new DataUnitInvalidError(unit, `there is no name left for '${name}'`);
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #isNew(name: string): boolean {
    try {
      closeSync(openSync(join(this.#folder, name), 'wx'));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }
}
