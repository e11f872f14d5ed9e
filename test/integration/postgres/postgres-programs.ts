import { storePrograms } from '../../../src/runtime/run-store/store-processes.fixture.js';

/** The store as programs of other processes import it. */
export const SHARED_STORE = {
  name: 'PostgresRunStore',
  file: './src/runtime/run-store/postgres/postgres-run-store.js',
};

export const PROGRAMS = storePrograms(SHARED_STORE);
