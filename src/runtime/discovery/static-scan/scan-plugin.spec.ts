import type { ScanResult } from './scan-result.js';
import { type Folder, scanFolders } from './scan-folders.fixture.js';

/** An action class named Found whose decorator and base are written in some way. */
const WAYS: Record<string, Folder> = {
  'plain names': {
    'a.ts': `import { Action, BaseAction } from 'nest-synapse'; @Action() export class Found extends BaseAction {}`,
  },
  'imports under other names': {
    'a.ts': `import { Action as A, BaseAction as Base } from 'nest-synapse'; @A() export class Found extends Base<{}> {}`,
  },
  'a namespace import': {
    'a.ts': `import * as sdk from 'nest-synapse'; @sdk.Action() export class Found extends sdk.BaseAction<P> {}`,
  },
  'a default import': {
    'a.ts': `import sdk from 'nest-synapse'; @sdk.Action() export class Found extends sdk.BaseAction {}`,
  },
  'a member in brackets': { 'a.ts': `import * as sdk from 'nest-synapse'; @(sdk['Action']()) export class Found {}` },
  'import = require': {
    'a.ts': `import sdk = require('nest-synapse'); import A = sdk.Action; @A() export class Found extends sdk.BaseAction {}`,
  },
  'require in a script': {
    'a.js': `const { Action: A, BaseAction } = require('nest-synapse'); @A() export class Found extends BaseAction {}`,
  },
  'a dynamic import': { 'a.mjs': `const { Action } = await import('nest-synapse'); @Action() export class Found {}` },
  'a constant that holds the decorator': {
    'a.ts': `import * as s from 'nest-synapse'; const Job = s.Action; @Job() export class Found {}`,
  },
  'a local file that renames': {
    'a.ts': `import { Job } from './sdk.js'; @Job() export class Found {}`,
    'sdk.ts': `export { Action as Job } from 'nest-synapse';`,
  },
  'a local file that hands on everything': {
    'a.ts': `import { Action, Helper } from './lib/index'; @Action() export class Found {}`,
    'lib/index.ts': `export * from 'nest-synapse'; export * from './helper.js';`,
    'lib/helper.ts': `export class Helper {}`,
  },
  'a local file that hands on a namespace': {
    'a.ts': `import { sdk } from './sdk'; @sdk.Action() export class Found {}`,
    'sdk.ts': `export * as sdk from 'nest-synapse';`,
  },
  'a local default export': {
    'a.ts': `import Job from './job'; @Job() export class Found {}`,
    'job.ts': `import { Action } from 'nest-synapse'; export default Action;`,
  },
  'a chain of files with a circle in it': {
    'a.ts': `import { Action } from './b.js'; @Action() export class Found {}`,
    'b.ts': `export * from './c.js';`,
    'c.ts': `export * from './b.js'; export * from './d.mjs';`,
    'd.mts': `export { Action } from 'nest-synapse';`,
  },
  'options in parentheses and assertions': {
    'a.ts': `import { Action } from 'nest-synapse'; @Action(({}) as const satisfies object) export class Found extends (Base as any) {}`,
  },
  'a decorator before export, with others around': {
    'a.ts': `import { Action } from 'nest-synapse'; @Other() @Action() @Another export class Found {}`,
  },
  'JSX in the file': {
    'a.tsx': `import { Action } from 'nest-synapse'; @Action() export class Found { view = <b>hi</b>; }`,
  },
};

const NO_ACTIONS: Record<string, Folder> = {
  'a decorator of the same name from elsewhere': {
    'a.ts': `import { Action } from 'redux-actions'; @Action() export class X {}`,
  },
  'a decorator of the same name that nobody imports': { 'a.ts': `@Action() export class X {}` },
  'a decorator that the file defines itself': {
    'a.ts': `function Action() { return () => {}; } @Action() export class X {}`,
  },
  'a namespace that has a name of its own': {
    'a.ts': `import { Action } from 'nest-synapse'; export namespace N { const Action = other(); @Action() export class X {} }`,
  },
  'another export of the package': {
    'a.ts': `import { Step as Action } from 'nest-synapse'; @Action({ name: 's' }) export class X {}`,
  },
  'an ambient class': { 'a.ts': `import { Action } from 'nest-synapse'; @Action() declare class X {}` },
  'words in comments and texts': {
    'a.ts': `// @Action() export class X extends BaseAction {}\nexport const text = "@Action() class Y extends Z {}";`,
  },
};

describe('scanPlugin', () => {
  let found: Record<string, ScanResult>;
  beforeAll(async () => {
    found = await scanFolders({ ...WAYS, ...NO_ACTIONS });
  }, 60_000);

  it.each(Object.keys(WAYS))('finds an action that is written with %s', (way) => {
    expect(found[way]).toMatchObject({
      actions: [{ name: 'found', className: 'Found', entrypoint: 'a:Found', kind: 'class' }],
      errors: [],
      warnings: [],
    });
  });

  it.each(Object.keys(NO_ACTIONS))('does not mistake for an action: %s', (way) => {
    expect(found[way]).toMatchObject({ actions: [], errors: [], warnings: [] });
  });
});
