import { join } from 'node:path';
import root from '../../jest.config.mjs';

const [unit] = root.projects;

/** Compiles specs and sources as the repository does its own; `npm test` in the repository adds the totals to its own. */
export default {
  reporters: ['default', join(import.meta.dirname, '../../scripts/closing-line.reporter.mjs')],
  testTimeout: 30_000,
  projects: [
    { ...unit, displayName: 'dataset-tools', rootDir: import.meta.dirname, testMatch: ['<rootDir>/test/*.spec.ts'] },
  ],
};
