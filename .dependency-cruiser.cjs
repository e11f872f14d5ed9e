/**
 * The folder order of ARCHITECTURE.md, lowest first: a file imports from its own folder and from folders that stand before it.
 * This array is the only place that knows the order.
 */
const FOLDERS = [
  'foundation/errors',
  'foundation/data-types',
  'foundation/schema',
  'foundation/environment',
  'foundation/config',
  'resources/files',
  'resources/storage',
  'resources/clients',
  'resources/datasets',
  'authoring/reporting',
  'authoring/context',
  'authoring/steps',
  'authoring/integrations',
  'authoring/actions',
  'authoring/decorators',
  'authoring/families',
  'authoring/pipelines',
  'runtime/discovery',
  'runtime/run-store',
  'runtime/durability',
  'runtime/invocation',
  'runtime/executors',
  'runtime/runner',
  'runtime/pipelines',
  'interfaces/cli',
  'interfaces/mcp',
  'interfaces/http',
  'interfaces/worker',
  'interfaces/templates',
  'interfaces/testing',
];

const pathOf = (folder) => `^src/${folder}/`;
const SPEC = '\\.(spec|fixture)\\.ts$';

const upwards = FOLDERS.map((folder, index) => ({
  name: `order:${folder}`,
  comment: `${folder} may import only from folders that stand before it in ARCHITECTURE.md`,
  severity: 'error',
  from: { path: pathOf(folder) },
  to: { path: FOLDERS.slice(index + 1).map(pathOf) },
})).filter((rule) => rule.to.path.length > 0);

module.exports = {
  forbidden: [
    ...upwards,
    {
      name: 'known-folders',
      comment: 'a source file lies in one of the folders of the order, or is a root surface',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: FOLDERS.map(pathOf) },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'errors-import-nothing',
      comment: 'errors cross every border, so they depend on no package',
      severity: 'error',
      from: { path: pathOf('foundation/errors'), pathNot: SPEC },
      to: { pathNot: pathOf('foundation/errors') },
    },
    {
      name: 'root-module-is-for-surfaces',
      comment:
        'only the surfaces (the files at the top of src, interfaces/), the test kit and specs import the root module',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/[^/]+\\.ts$', '^src/interfaces/', SPEC] },
      to: { path: '^src/synapse\\.module' },
    },
    {
      name: 'no-dev-packages-in-the-library',
      severity: 'error',
      from: { path: '^src/', pathNot: [SPEC, '^src/interfaces/cli/', '^src/interfaces/testing/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};
