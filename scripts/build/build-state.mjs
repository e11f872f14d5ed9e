import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inProject } from '../lib/project.mjs';

const STATE_FILE = inProject('.cache/build-state.json');

/** What the last builds were made from, so that a build with nothing changed does nothing. */
export class BuildState {
  #steps = readSteps();

  /** Whether the step was last built from exactly this and every file it wrote is still there. */
  isCurrent(step, digest) {
    const known = this.#steps[step];
    return known?.digest === digest && known.outputs.every((file) => existsSync(inProject(file)));
  }

  /** @param outputs - Files the step wrote, relative to the repository. */
  record(step, digest, outputs) {
    this.#steps[step] = { digest, outputs };
    mkdirSync(dirname(STATE_FILE), { recursive: true });
    const temporary = `${STATE_FILE}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(this.#steps));
    renameSync(temporary, STATE_FILE);
  }
}

function readSteps() {
  try {
    return JSON.parse(readFileSync(STATE_FILE, 'utf8'));
  } catch {
    return {}; // none yet, or cut off by a killed build: build everything
  }
}
