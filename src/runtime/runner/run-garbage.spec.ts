import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInChild } from '../../../test/run-in-child.js';

jest.setTimeout(120_000);

const RUNS = 400;

/** Bytes that a run of three steps leaves among V8's old objects, where only a long collection finds them. */
const MEASURE = `
  import 'reflect-metadata';
  import { getHeapSpaceStatistics } from 'node:v8';
  import { Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { Action, BaseStep, MemoryRunStore, PluginRunner, SqliteRunStore, Step, StepResult, SynapseModule } from 'nest-synapse';

  const steps = ['a', 'b', 'c'].map((name) => {
    @Step({ name, weight: 1 })
    class UploadStep extends BaseStep {
      override async execute() {
        return StepResult.ok({ uploaded: 3 }, { rollbackData: { urls: Array.from({ length: 50 }, (_, index) => \`file_\${index}\`) } });
      }
    }
    return UploadStep;
  });
  @Action({ name: 'upload', steps })
  class UploadAction {}

  export default async function ({ path, runs }) {
    const store = path ? new SqliteRunStore({ path }) : new MemoryRunStore({ maxFinishedRuns: 1 });
    @Module({ imports: [SynapseModule.forRoot({ store }), SynapseModule.forFeature([UploadAction, ...steps])] })
    class Host {}
    const app = await NestFactory.createApplicationContext(Host, { logger: false });
    const runner = app.get(PluginRunner);
    const collect = () => gc({ type: 'minor' });
    const oldBytes = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size;
    const runSome = async () => {
      for (let count = 1; count <= runs; count++) {
        await (await runner.run({ action: 'upload' })).result();
        if (count % 20 === 0) collect();
      }
    };
    for (let round = 0; round < 5; round++) await runSome(); // what stays for good is there by then
    gc();
    const before = oldBytes();
    await runSome();
    const grown = oldBytes() - before;
    await app.close();
    await store.close();
    return grown / runs;
  }
`;

describe('A run of steps', () => {
  // 9,000 bytes when the steps' own listeners were assigned to properties where they stand.
  it.each([
    ['in memory', undefined],
    ['that is durable', 'runs.db'],
  ])('%s is gone with the next short garbage collection', async (_case, file) => {
    const directory = mkdtempSync(join(tmpdir(), 'synapse-garbage-'));
    try {
      const input = { path: file && join(directory, file), runs: RUNS };
      const bytesARun = await runInChild<number>(MEASURE, { input, nodeArgs: ['--expose-gc'] });

      expect(bytesARun).toBeLessThan(2_000);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
