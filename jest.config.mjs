const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      swcrc: false,
      sourceMaps: 'inline',
      module: { type: 'commonjs' },
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
      },
    },
  ],
};

/** Jest runs specs as CommonJS; ESM-only packages such as Nest 12 come in through Node's own require(esm). */
const common = {
  testEnvironment: 'node',
  transform,
  extensionsToTreatAsEsm: [],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/test/fixtures/.*/package.json'],
  setupFiles: ['reflect-metadata'],
};

export default {
  reporters: ['default', '<rootDir>/scripts/closing-line.reporter.mjs'],
  maxWorkers: 2,
  // For a test that hangs; what is only slow on a busy machine has not failed.
  testTimeout: 30_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      rootDir: import.meta.dirname,
      testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/parity/*.spec.ts', '<rootDir>/test/docs/*.spec.ts'],
    },
    { ...common, displayName: 'e2e', rootDir: import.meta.dirname, testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'] },
    {
      ...common,
      displayName: 'integration',
      rootDir: import.meta.dirname,
      testMatch: ['<rootDir>/test/integration/**/*.int-spec.ts'],
    },
  ],
};
