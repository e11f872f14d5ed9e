import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(__dirname, '../../..');

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

/** File → source that breaks one rule, or would be fine. */
const SEEDS: Readonly<Record<string, string>> = {
  'src/foundation/errors/leaf.ts': 'export const leaf = 1;',
  'src/foundation/errors/uses-a-package.ts':
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;",
  'src/foundation/schema/looks-down.ts': "import { leaf } from '../errors/leaf.js';\nexport const down = leaf;",
  'src/foundation/schema/looks-up.ts': "import { top } from '../../runtime/runner/top.js';\nexport const up = top;",
  'src/runtime/runner/top.ts': 'export const top = 1;',
  'src/runtime/runner/uses-the-root.ts': "import { root } from '../../synapse.module.js';\nexport const module = root;",
  'src/runtime/runner/one.ts': "import { two } from './two.js';\nexport const one = (): unknown => two;",
  'src/runtime/runner/two.ts': "import { one } from './one.js';\nexport const two = (): unknown => one;",
  'src/runtime/runner/uses-a-dev-package.ts': "import prettier from 'prettier';\nexport const tool = prettier;",
  'src/interfaces/cli/uses-the-root.ts': "import { root } from '../../synapse.module.js';\nexport const module = root;",
  'src/interfaces/cli/uses-the-stray.ts': "import { stray } from '../../utils/stray.js';\nexport const helper = stray;",
  'src/utils/stray.ts': 'export const stray = 1;',
  'src/synapse.module.ts': 'export const root = 1;',
};

describe('The folder order', () => {
  let folder: string;
  let violations: readonly string[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-order-'));
    for (const file of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json'])
      cpSync(join(repository, file), join(folder, file));
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    for (const [file, source] of Object.entries(SEEDS)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${source}\n`);
    }
    const cruiser = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
    const { stdout, stderr } = spawnSync(process.execPath, [cruiser, '--output-type', 'json', 'src'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (!stdout) throw new Error(stderr);
    const report = JSON.parse(stdout) as { summary: { violations: Violation[] } };
    violations = report.summary.violations.map(({ rule, from }) => `${rule.name} < ${from}`);
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['an import of a folder that stands later', 'order:foundation/schema < src/foundation/schema/looks-up.ts'],
    ['an import cycle', 'no-cycles < src/runtime/runner/one.ts'],
    ['an error file that imports a package', 'errors-import-nothing < src/foundation/errors/uses-a-package.ts'],
    ['a folder that the order does not know', 'known-folders < src/interfaces/cli/uses-the-stray.ts'],
    ['the root module imported from inside', 'root-module-is-for-surfaces < src/runtime/runner/uses-the-root.ts'],
    ['a dev package in the library', 'no-dev-packages-in-the-library < src/runtime/runner/uses-a-dev-package.ts'],
  ])('refuses %s', (_case, violation) => {
    expect(violations).toContain(violation);
  });

  it('takes an import of a folder that stands before, and the root module in an interface', () => {
    const innocent = ['src/foundation/schema/looks-down.ts', 'src/interfaces/cli/uses-the-root.ts'];
    expect(violations.filter((violation) => innocent.some((file) => violation.endsWith(file)))).toEqual([]);
  });
});
