import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServeMultiplexedModelId, readServeMultiplexedModelId } from './model-id.js';
import { ServedModels } from './served-models.js';

const SECRET = 'a secret of this deployment';
const NOW = 1_700_000_000_000;
const id = { model: '123', token: 'tok', tenant: 'ten' };

describe('The id of a served model', () => {
  const make = (more = {}): string => createServeMultiplexedModelId(id, { secret: SECRET, nowMs: NOW, ...more });

  it('says at the other end what it was made of', () => {
    expect(readServeMultiplexedModelId(make(), { secret: SECRET, nowMs: NOW })).toEqual(id);
    const bare = { model: '7', token: 'tok' };
    const made = createServeMultiplexedModelId(bare, { secret: SECRET, nowMs: NOW });
    expect(readServeMultiplexedModelId(made, { secret: SECRET, nowMs: NOW })).toEqual(bare);
  });

  it('has the header and the fields of the original, and one more', () => {
    const recorded = JSON.parse(
      readFileSync(join(__dirname, '../../../../test/parity/data-cases/cases/45-serve-model-token.json'), 'utf8'),
    ) as { expected: { rows: { token: string; payload: object }[] } };
    const [row] = recorded.expected.rows;
    const [header, payload] = make().split('.');

    expect(header).toBe(row?.token.split('.')[0]);
    expect(JSON.parse(Buffer.from(String(payload), 'base64url').toString())).toEqual({
      ...row?.payload,
      exp: NOW / 1_000 + 3_600,
    });
  });

  it('B-21: is refused when it was signed with something that everybody knows, as the original does', () => {
    const forged = createServeMultiplexedModelId(id, { secret: 'https://api.example.com', nowMs: NOW });

    expect(() => readServeMultiplexedModelId(forged, { secret: SECRET, nowMs: NOW })).toThrow('signature');
  });

  it('B-21: is refused when its time is over', () => {
    const options = { secret: SECRET, nowMs: NOW + 3_600_000 };

    expect(() => readServeMultiplexedModelId(make(), options)).toThrow('time is over');
  });

  it.each([
    [
      'a changed payload',
      (parts: string[]) => [parts[0], Buffer.from('{"model":"9"}').toString('base64url'), parts[2]],
    ],
    ['no signature', (parts: string[]) => [parts[0], parts[1], '']],
    [
      'a header that asks for none',
      (parts: string[]) => [Buffer.from('{"alg":"none"}').toString('base64url'), parts[1], ''],
    ],
    ['two parts', (parts: string[]) => parts.slice(0, 2)],
  ])('is refused with %s, and the refusal does not repeat it', (_case, change) => {
    const changed = change(make().split('.')).join('.');
    const refused = expect.objectContaining({ code: 'SYN_MODEL_ID_INVALID' }) as unknown;

    expect(() => readServeMultiplexedModelId(changed, { secret: SECRET, nowMs: NOW })).toThrow(refused as Error);
    expect(() => readServeMultiplexedModelId(changed, { secret: SECRET, nowMs: NOW })).not.toThrow('dG9r');
  });

  it('is not made with a secret that can be guessed', () => {
    expect(() => make({ secret: 'short' })).toThrow('at least 16');
  });
});

describe(ServedModels, () => {
  it('B-35: loads a model once for all that ask while it is loading', async () => {
    let loads = 0;
    const loaded = Promise.withResolvers<string>();
    const models = new ServedModels({
      load: () => {
        loads += 1;
        return loaded.promise;
      },
    });
    const asked = [models.get(id), models.get({ ...id }), models.get(id)];
    loaded.resolve('model');

    expect(await Promise.all(asked)).toEqual(['model', 'model', 'model']);
    expect(loads).toBe(1);
  });

  it('B-35: gives the room of the model that was not asked for longest to another', async () => {
    const released: string[] = [];
    const models = new ServedModels({
      load: ({ model }) => Promise.resolve(model),
      release: (model) => void released.push(model),
      maxModels: 2,
    });
    for (const model of ['1', '2', '1', '3']) await models.get({ model, token: 't' });

    expect(released).toEqual(['2']);
    await models.clear();
    expect([...released].sort()).toEqual(['1', '2', '3']);
    expect(models.size).toBe(0);
  });

  it('does not hand a model of one token to another', async () => {
    const loads: string[] = [];
    const models = new ServedModels({ load: ({ token }) => Promise.resolve(loads.push(token)) });
    await models.get({ model: '1', token: 'mine' });
    await models.get({ model: '1', token: 'yours' });

    expect(loads).toEqual(['mine', 'yours']);
  });

  it('tries again after a load that failed', async () => {
    let loads = 0;
    const models = new ServedModels({
      load: () => (loads++ === 0 ? Promise.reject(new Error('gone')) : Promise.resolve('model')),
    });

    await expect(models.get(id)).rejects.toThrow('gone');
    await expect(models.get(id)).resolves.toBe('model');
  });
});
