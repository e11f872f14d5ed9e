import { Exclude, Transform, Type } from 'class-transformer';
import fc from 'fast-check';
import { boundRun } from '../context/run-binding.fixture.js';
import { RuntimeContext } from '../context/runtime-context.js';
import { quickSnapshotOf, restoreContext, snapshotContext } from './context-snapshot.js';
import { StepContext } from './step-context.js';
import { StepResult } from './step-result.js';

class Box {
  constructor(
    readonly width = 0,
    readonly height = 0,
  ) {}
  get area(): number {
    return this.width * this.height;
  }
}
class Client {
  readonly socket = Symbol('open');
}

class UploadContext extends StepContext {
  urls: string[] = [];
  counts: Record<string, number> = { started: 1 };
  note: string | undefined = 'none yet';
  @Type(() => Date)
  startedAt?: Date;
  @Type(() => Box)
  boxes: Box[] = [];
  @Transform(({ value }) => new Set(value as string[]), { toClassOnly: true })
  @Transform(({ value }) => [...(value as Set<string>)], { toPlainOnly: true })
  seen = new Set<string>();
  @Exclude()
  client = new Client();
}

const newContext = <C extends StepContext>(type: new (ctx: RuntimeContext) => C): C =>
  new type(new RuntimeContext<unknown>(boundRun({}).binding));

/** What a context becomes by way of a journal. */
function revived<C extends StepContext>(context: C): C {
  const restored = newContext(context.constructor as new (ctx: RuntimeContext) => C);
  restoreContext(restored, JSON.parse(JSON.stringify(snapshotContext(context))) as Record<string, unknown>);
  return restored;
}

class PlainContext extends StepContext {
  urls: string[] = [];
  any: unknown;
  @Exclude()
  client = new Client();
}

describe(quickSnapshotOf, () => {
  it('takes the fields of a context without shaped ones just as class-transformer does', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.jsonValue(), (urls, any) => {
        const context = Object.assign(newContext(PlainContext), { urls, any, late: [any] });

        expect(quickSnapshotOf(context)).toEqual(snapshotContext(context));
      }),
    );
  });

  it('does not change with the context', () => {
    const context = Object.assign(newContext(PlainContext), { any: { deep: [1] } });
    const snapshot = quickSnapshotOf(context);
    (context.any as { deep: number[] }).deep.push(2);
    context.urls.push('late');

    expect(snapshot).toEqual({ errors: [], urls: [], any: { deep: [1] } });
  });

  it('leaves shaped fields to class-transformer, also in a later context of another class', () => {
    const plain = newContext(PlainContext);
    const shaped = newContext(UploadContext);

    for (const context of [plain, shaped, plain]) expect(quickSnapshotOf(context)).toEqual(snapshotContext(context));
  });

  it.each<[string, unknown, RegExp]>([
    ['an instance of a class', [{ client: new Client() }], /a Client/],
    ['a function', { run: () => 1 }, /a function/],
    ['no number', Number.NaN, /the number NaN/],
  ])('refuses a field with %s', (_case, value, what) => {
    const context = Object.assign(newContext(PlainContext), { any: value });
    const read = (): unknown => quickSnapshotOf(context);

    expect(read).toThrow(
      expect.objectContaining({ code: 'SYN_STEP_JOURNAL', details: { class: 'PlainContext', field: 'any' } }),
    );
    expect(read).toThrow(what);
  });

  it('goes on where contexts of one class have fields of ever other names', () => {
    for (let count = 0; count < 3; count++) {
      const context = newContext(PlainContext);
      for (let index = 0; index < 1_000; index++) Object.assign(context, { [`file_${count}_${index}`]: index });

      expect(quickSnapshotOf(context)).toEqual(snapshotContext(context));
    }
  });

  it('refuses an object that contains itself', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;

    expect(() => quickSnapshotOf(Object.assign(newContext(PlainContext), { any: circle }))).toThrow(/contains itself/);
  });
});

describe('The snapshot of a context', () => {
  it('brings every field back as what it was', () => {
    const context = newContext(UploadContext);
    context.urls.push('one');
    context.counts = { ended: 2 };
    context.startedAt = new Date(1_234);
    context.boxes.push(new Box(2, 3));
    context.seen.add('x');
    context.errors.push("Rollback failed for step 'a'");
    const restored = revived(context);

    expect(restored).toMatchObject({ urls: ['one'], counts: { ended: 2 }, startedAt: new Date(1_234) });
    expect(restored.counts).toEqual({ ended: 2 }); // nothing of the initial value is left
    expect(restored.boxes.map(({ area }) => area)).toEqual([6]);
    expect(restored.seen).toEqual(new Set(['x']));
    expect(restored.errors).toEqual(context.errors);
  });

  it('brings back that a field was emptied', () => {
    const context = newContext(UploadContext);
    context.note = undefined;
    context.urls = [];
    const restored = revived(context);

    expect([restored.note, restored.urls]).toEqual([undefined, []]);
  });

  it('brings back a field that the constructor does not know', () => {
    const context = Object.assign(newContext(UploadContext), { late: { at: 7 } });

    expect(revived(context)).toMatchObject({ late: { at: 7 } });
  });

  it('leaves out results, which are kept on their own, and what is excluded', () => {
    const context = newContext(UploadContext);
    context.stepResults.push(StepResult.ok());
    const restored = revived(context);

    expect(Object.keys(snapshotContext(context))).not.toEqual(expect.arrayContaining(['stepResults']));
    expect(Object.keys(snapshotContext(context))).not.toEqual(expect.arrayContaining(['client']));
    expect(restored.stepResults).toEqual([]);
    expect(restored.client).toBeInstanceOf(Client);
  });

  it('does not change with the context', () => {
    const context = newContext(UploadContext);
    const snapshot = snapshotContext(context);
    context.urls.push('late');
    context.counts.late = 1;

    expect(snapshot).toMatchObject({ urls: [], counts: { started: 1 } });
  });

  it.each<[string, unknown, RegExp]>([
    ['an instance of a class', new Client(), /a Client/],
    ['one deep inside', { list: [{ client: new Client() }] }, /a Client/],
    ['a date without its type', new Date(), /a Date/],
    ['a map', new Map(), /a Map/],
    ['a function', () => 1, /a function/],
    ['a large integer', 1n, /a bigint/],
    ['no number', Number.NaN, /the number NaN/],
    ['bytes', new Uint8Array(2), /a Uint8Array/],
  ])('is refused for a field with %s, which could not be restored, with the cure', (_case, value, what) => {
    const context = Object.assign(newContext(UploadContext), { field: value });
    const read = (): unknown => snapshotContext(context);

    expect(read).toThrow(
      expect.objectContaining({ code: 'SYN_STEP_JOURNAL', details: { class: 'UploadContext', field: 'field' } }),
    );
    expect(read).toThrow(what);
    expect(read).toThrow(/UploadContext\.field cannot be kept.*@Type\(\(\) => TheClass\).*@Exclude\(\)/);
  });

  it('is refused for an object that contains itself', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;

    expect(() => snapshotContext(Object.assign(newContext(UploadContext), { circle }))).toThrow(/contains itself/);
  });

  it('cannot be restored into a class that refuses it, and says so', () => {
    class Strict extends StepContext {
      set total(value: number) {
        throw new RangeError(`no ${value}`);
      }
    }

    expect(() => restoreContext(newContext(Strict), { total: 7 })).toThrow(
      expect.objectContaining({ code: 'SYN_STEP_JOURNAL', message: expect.stringContaining('Strict') as string }),
    );
  });
});
