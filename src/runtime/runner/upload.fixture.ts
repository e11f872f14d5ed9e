import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { UploadAction, type UploadRunResult } from '../../authoring/families/upload/upload-action.js';
import { UploadParams } from '../../authoring/families/upload/upload-params.js';
import type { PlannedUnit } from '../../authoring/families/upload/workflow/upload-plan.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import { BackendServer } from '../../resources/clients/recording/backend-server.js';
import { LocalStorage } from '../../resources/storage/providers/local/local-storage.js';
import { StorageProvider } from '../../resources/storage/storage-provider.interface.js';
import type { RunHandle } from './run-handle.js';
import { eventsOf, type HostedRunner, hostedRunner } from './runner.fixture.js';

/** Fails when everything is done. */
class LateStep extends BaseStep {
  override readonly name = 'late';
  execute(): StepResult {
    return StepResult.fail('too late');
  }
}

/** An upload whose last step fails, when all is uploaded and registered. */
@Action({ name: 'upload_in_vain', params: UploadParams })
export class UploadInVainAction extends UploadAction {
  override setupSteps(registry: StepRegistry): void {
    super.setupSteps(registry);
    registry.register(new LateStep());
  }
}

@Action({ name: 'upload_strictly', params: UploadParams })
class StrictUploadAction extends UploadAction {
  protected override checkUnit({ meta }: PlannedUnit): readonly string[] {
    return 'weather' in meta ? [] : ['nobody knows the weather'];
  }
}

export const IMAGE = { name: 'image', file_type: 'image', is_required: true, is_primary: true };
export const LABEL = { name: 'label', file_type: 'data', is_required: false };

/** A platform, a storage in a folder, a folder `in` to upload from, and an application with uploads. */
export class UploadBench {
  private constructor(
    readonly folder: string,
    readonly server: BackendServer,
    readonly host: HostedRunner,
  ) {}

  static async start(): Promise<UploadBench> {
    const folder = mkdtempSync(join(tmpdir(), 'upload-'));
    for (const name of ['in', 'bucket']) mkdirSync(join(folder, name));
    const server = await new BackendServer().start();
    server.add('data_collections', { id: 9, name: 'Coll', file_specifications: [IMAGE] });
    const storage = new LocalStorage({ location: join(folder, 'bucket') });
    const ports = [
      { provide: BackendClient, useValue: server.client({ maxAttempts: 1 }) },
      { provide: StorageProvider, useValue: storage },
    ];
    const actions = [UploadAction, UploadInVainAction, StrictUploadAction];
    const host = await hostedRunner({ providers: [...ports, ...actions], options: { workRoot: join(folder, 'work') } });
    return new UploadBench(folder, server, host);
  }

  async stop(): Promise<void> {
    await this.host.app.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes files whose bytes say their names. */
  put(...names: readonly string[]): void {
    for (const name of names) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), `bytes of ${name}`);
    }
  }

  start(params: object = {}, action = 'upload'): Promise<RunHandle<UploadRunResult>> {
    const all = { data_collection: 9, path: this.path('in'), ...params };
    return this.host.runner.run<UploadRunResult>({ action, params: all });
  }

  async upload(params: object = {}, action = 'upload'): Promise<UploadRunResult> {
    return (await this.start(params, action)).result();
  }

  async logs(handle: RunHandle<UploadRunResult>): Promise<{ event: unknown; data: unknown }[]> {
    const logs = (await eventsOf(handle)).filter(({ type }) => type === 'log');
    return logs.map(({ data }) => ({ event: data.event, data: data.data }));
  }

  /** Names of the files in the storage. */
  bucket(): string[] {
    const entries = readdirSync(this.path('bucket'), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort();
  }

  /** What is known about the units on the platform, but for the key of the upload. */
  metas(): unknown[] {
    return this.server.records('data_units').map(({ meta }) => {
      const { upload_key: _key, ...rest } = meta as Record<string, unknown>;
      return rest;
    });
  }
}
