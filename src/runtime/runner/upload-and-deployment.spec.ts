import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { IsIn, IsInt, IsOptional, IsString } from 'class-validator';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { Step } from '../../authoring/decorators/step.decorator.js';
import { BaseDeploymentAction } from '../../authoring/families/deployment/base-deployment-action.js';
import { DeploymentContext } from '../../authoring/families/deployment/deployment-context.js';
import { BaseUploadAction } from '../../authoring/families/upload/base-upload-action.js';
import { UploadContext } from '../../authoring/families/upload/upload-context.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { BackendClient } from '../../resources/clients/backend/backend-client.interface.js';
import { LocalStorage } from '../../resources/storage/providers/local/local-storage.js';
import { StorageProvider } from '../../resources/storage/storage-provider.interface.js';
import { PlatformServer } from './platform-server.fixture.js';
import { eventsOf, type HostedRunner, hostedRunner } from './runner.fixture.js';

class UploadParams {
  @IsString()
  folder!: string;

  @IsOptional()
  @IsInt()
  most?: number;
}

@Step({ name: 'organize', weight: 0.2 })
class OrganizeStep extends BaseStep<UploadContext<UploadParams>> {
  execute(context: UploadContext<UploadParams>): StepResult {
    context.sourcePath = context.params.folder;
    context.organizedFiles = readdirSync(context.sourcePath).map((name) => ({ name }));
    return StepResult.ok();
  }
}

@Step({ name: 'upload', weight: 0.6 })
class UploadStep extends BaseStep<UploadContext<UploadParams>> {
  async execute(context: UploadContext<UploadParams>): Promise<StepResult> {
    for (const [index, { name }] of context.organizedFiles.entries()) {
      const url = await context.storage.upload(join(context.sourcePath ?? '', String(name)), `in/${String(name)}`);
      context.uploadedFiles.push({ name, url });
      context.setProgress(index + 1, context.organizedFiles.length);
    }
    return StepResult.ok();
  }
  override async rollback(context: UploadContext<UploadParams>): Promise<void> {
    for (const { name } of context.uploadedFiles) await context.storage.delete(`in/${String(name)}`);
  }
}

@Step({ name: 'register', weight: 0.2 })
class RegisterStep extends BaseStep<UploadContext<UploadParams>> {
  async execute(context: UploadContext<UploadParams>): Promise<StepResult> {
    const { uploadedFiles, params } = context;
    if (uploadedFiles.length > (params.most ?? Infinity))
      return StepResult.fail('more files than the project may have');
    context.dataUnits.push(await context.client.post<Record<string, unknown>>('data_units/', { files: uploadedFiles }));
    return StepResult.ok();
  }
}

@Action({ name: 'upload', params: UploadParams, steps: [OrganizeStep, UploadStep, RegisterStep] })
class UploadAction extends BaseUploadAction<UploadParams> {}

class ServeParams {
  @IsOptional()
  @IsInt()
  num_cpus?: number;

  @IsIn(['deploy', 'register', 'nothing'])
  missing = 'nothing';
}

/** The servers that deployments have started. */
@Injectable()
class Servers {
  readonly running = new Map<string, Server>();

  async start(name: string): Promise<void> {
    const server = createServer((_request, response) => response.end(name));
    await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
    this.running.set(name, server);
  }
  async stop(name: string): Promise<void> {
    const server = this.running.get(name);
    this.running.delete(name);
    server?.closeAllConnections();
    await new Promise((settle) => (server ? server.close(settle) : settle(undefined)));
  }
}

@Action({ name: 'serve', params: ServeParams })
class ServeAction extends BaseDeploymentAction<ServeParams> {
  constructor(private readonly servers: Servers) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    const stop = (context: ServeContext): Promise<void> => this.servers.stop(context.serveAppName);
    registry.register(stepOf('deploy', (context) => this.deploy(context), stop));
    registry.register(
      stepOf('register', async (context) => {
        context.serveAppId = await this.registerServeApplication(context);
      }),
    );
  }
  protected override async deploy(context: ServeContext): Promise<void> {
    await this.servers.start(context.serveAppName);
    context.deployed = true;
    context.setProgress(1, 1, this.progress.Deploy);
  }
  protected override async registerServeApplication({ serveAppName }: ServeContext): Promise<number> {
    const { port } = this.servers.running.get(serveAppName)?.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}`);
    return (await answer.text()) === serveAppName ? 7 : 0;
  }
}

/** Overrides nothing. */
@Action({ name: 'bare_serve', params: ServeParams })
class BareServeAction extends BaseDeploymentAction<ServeParams> {
  override setupSteps(registry: StepRegistry): void {
    const isDeploying = this.params.missing === 'deploy';
    registry.register(
      stepOf('only', async (context) => {
        await (isDeploying ? this.deploy(context) : this.registerServeApplication(context));
      }),
    );
  }
}

type ServeContext = DeploymentContext<ServeParams>;

function stepOf(
  name: string,
  work: (context: ServeContext) => Promise<void>,
  undo: (context: ServeContext) => Promise<void> = () => Promise.resolve(),
): BaseStep<ServeContext> {
  class OneStep extends BaseStep<ServeContext> {
    override readonly name = name;
    override readonly progressWeight = 0.5;
    async execute(context: ServeContext): Promise<StepResult> {
      await work(context);
      return StepResult.ok();
    }
    override rollback(context: ServeContext): Promise<void> {
      return undo(context);
    }
  }
  return new OneStep();
}

describe('Uploads and deployments', () => {
  const platform = new PlatformServer({ '/data_units/': { id: 1 } });
  let host: HostedRunner;
  let folder: string;
  let bucket: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'upload-'));
    bucket = mkdtempSync(join(tmpdir(), 'bucket-'));
    for (const name of ['a.png', 'b.png']) writeFileSync(join(folder, name), name);
    const ports = [
      { provide: BackendClient, useValue: await platform.start() },
      { provide: StorageProvider, useValue: new LocalStorage({ location: bucket }) },
    ];
    const steps = [OrganizeStep, UploadStep, RegisterStep];
    host = await hostedRunner({ providers: [...ports, ...steps, UploadAction, ServeAction, BareServeAction, Servers] });
  });
  afterAll(async () => {
    await host.app.close();
    await platform.stop();
    for (const path of [folder, bucket]) rmSync(path, { recursive: true, force: true });
  });

  it('an upload puts files into the storage, and says how many and what the platform made of them', async () => {
    const handle = await host.runner.run({ action: 'upload', params: { folder } });

    expect(await handle.result()).toEqual({
      success: true,
      steps_executed: 3,
      steps_total: 3,
      uploaded_files: 2,
      data_units: 1,
    });
    expect(readdirSync(join(bucket, 'in'))).toEqual(['a.png', 'b.png']);
    const progress = (await eventsOf(handle)).filter(({ type }) => type === 'progress').map(({ data }) => data);
    expect(progress.filter(({ key }) => key === 'upload').at(-1)).toMatchObject({ percent: 100 });
    rmSync(join(bucket, 'in'), { recursive: true });
  });

  it('an upload takes its files back when a later step fails', async () => {
    const handle = await host.runner.run({ action: 'upload', params: { folder, most: 1 } });

    await expect(handle.result()).rejects.toThrow("Step 'register' failed: more files than the project may have");
    expect(readdirSync(join(bucket, 'in'))).toEqual([]);
  });

  it('a deployment starts the application of the release, and says under which id it is known', async () => {
    const env = { SYNAPSE_PLUGIN_RELEASE_CODE: 'digits' };
    const handle = await host.runner.run({ action: 'serve', params: { num_cpus: 2 }, env });

    expect(await handle.result()).toMatchObject({ serve_application: 7, deployed: true });
    const servers = host.app.get(Servers);
    expect([...servers.running.keys()]).toEqual(['digits']);
    await servers.stop('digits');
  });

  it('a deployment without its own deploy says what to override', async () => {
    const handle = await host.runner.run({ action: 'bare_serve', params: { missing: 'deploy' } });

    await expect(handle.result()).rejects.toThrow('Override deploy(');
  });

  it('a deployment of no known release is not registered', async () => {
    const handle = await host.runner.run({ action: 'bare_serve', params: { missing: 'register' } });

    await expect(handle.result()).resolves.not.toHaveProperty('serve_application');
  });
});
