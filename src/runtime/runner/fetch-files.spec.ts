import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsInt, IsOptional } from 'class-validator';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { FileField } from '../../foundation/schema/file-field.decorator.js';
import { ParamsValidator } from '../../foundation/schema/params.validator.js';
import { uiSchemaOf } from '../../foundation/schema/form-kit.js';
import { jsonSchemaOf } from '../../foundation/schema/json-schema.js';
import { FileServer, serveBytes } from '../../resources/files/downloads/file-server.fixture.js';
import type { PluginRunner } from './plugin-runner.service.js';
import type { RunHandle } from './run-handle.js';
import { eventsOf, type HostedRunner, hostedRunner } from './runner.fixture.js';

class PictureParams {
  @FileField({ suffixes: ['.png', '.txt'], maxBytes: 1000 })
  picture!: string;

  @IsOptional()
  @FileField()
  other?: string;

  @IsInt()
  size = 1;
}

@Action({ name: 'look', params: PictureParams })
class LookAction {
  execute({ picture }: PictureParams): { path: string; text: string } {
    return { path: picture, text: readFileSync(picture, 'utf8') };
  }
}

function started(host: HostedRunner | undefined): PluginRunner {
  if (!host) throw new Error('the application did not start');
  return host.runner;
}

describe('FileField', () => {
  let folder: string;
  let server: FileServer;
  let host: HostedRunner | undefined;
  const before = { ...process.env };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-file-field-'));
    server = await new FileServer().start();
    server.handler = serveBytes(Buffer.from('a picture'));
    process.env['SYNAPSE_TEMP_DIR'] = join(folder, 'temp');
    process.env['SYNAPSE_PRIVATE_HOSTS'] = '127.0.0.1';
    host = await hostedRunner({ providers: [LookAction] });
  });
  afterEach(async () => {
    await host?.app.close();
    await server.stop();
    process.env = { ...before };
    rmSync(folder, { recursive: true, force: true });
  });
  const look = (params: object): Promise<RunHandle> => started(host).run({ action: 'look', params });

  it('D42: fetches a URL before the action runs, tells how far it is, and takes it from the cache the next time', async () => {
    const run = await look({ picture: `${server.base}/a.png?id=1` });
    const result = (await run.result()) as { path: string; text: string };

    expect(result.text).toBe('a picture');
    expect(result.path.startsWith(join(folder, 'temp/media/'))).toBe(true);
    const progress = (await eventsOf(run)).filter(({ type }) => type === 'progress');
    expect(progress.length).toBeGreaterThan(0);

    await (await look({ picture: `${server.base}/a.png?id=1` })).result();
    expect(server.requests).toHaveLength(1);
    await (await look({ picture: `${server.base}/a.png?id=2` })).result();
    expect(server.requests).toHaveLength(2);
  });

  it('D42: takes a local path, also one that was fetched before', async () => {
    writeFileSync(join(folder, 'a.txt'), 'mine');
    const result = await (await look({ picture: join(folder, 'a.txt') })).result();

    expect(result).toEqual({ path: join(folder, 'a.txt'), text: 'mine' });
    expect(server.requests).toEqual([]);
  });

  it('D42: fetches nothing while params are checked, or when they are wrong', async () => {
    const url = `${server.base}/a.png`;
    const checked = await new ParamsValidator().parse('look', PictureParams, { picture: url });
    expect(checked.picture).toBe(url);

    const run = await look({ picture: url, size: 'large' });
    await expect(run.result()).rejects.toMatchObject({ code: 'SYN_PARAMS_INVALID' });
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['a file that is not there', { picture: '/no/such.png' }, 'picture'],
    ['another suffix', { picture: 'http://127.0.0.1/a.exe' }, 'picture'],
    ['an empty text', { picture: '' }, 'picture'],
    ['a number', { picture: 7 }, 'picture'],
    ['an address of a cloud', { picture: 'http://169.254.169.254/a.png' }, 'picture'],
    ['another scheme', { picture: 'ftp://127.0.0.1/a.png' }, 'picture'],
  ])('D42: says that %s is wrong, with the field', async (_case, params, path) => {
    await expect((await look(params)).result()).rejects.toMatchObject({
      code: 'SYN_PARAMS_INVALID',
      issues: [expect.objectContaining({ path })],
    });
  });

  it('D42: says which field it is that a server does not have, or has too much of', async () => {
    server.handler = (_request, response) => void response.writeHead(404).end();
    const missing = { picture: `${server.base}/gone.png` };
    await expect((await look(missing)).result()).rejects.toMatchObject({ issues: [{ path: 'picture' }] });

    server.handler = serveBytes(Buffer.alloc(1001));
    const large = { picture: `${server.base}/large.png` };
    await expect((await look(large)).result()).rejects.toMatchObject({ issues: [{ path: 'picture' }] });
  });

  it('ends with the run', async () => {
    const asked = Promise.withResolvers<void>();
    server.handler = () => asked.resolve();
    const run = await look({ picture: `${server.base}/slow.png` });
    await asked.promise;
    await run.cancel('enough');

    await expect(run.result()).rejects.toMatchObject({ code: 'SYN_RUN_CANCELLED' });
  });

  it('is a text in forms and schemas', () => {
    expect(uiSchemaOf(PictureParams)[0]).toMatchObject({ $formkit: 'text', name: 'picture', required: true });
    expect(jsonSchemaOf(PictureParams)).toMatchObject({ properties: { picture: { type: 'string' } } });
  });
});
