import fc from 'fast-check';
import { ProgressModel } from './overall-progress.js';

describe(ProgressModel, () => {
  it('weighs declared phases from the start', () => {
    const model = new ProgressModel();
    model.declare({ load: 1, train: 3 });

    expect(model.update('load', 100)).toBe(25);
    expect(model.update('train', 50)).toBe(62.5);
  });

  it('lets phases that nobody declared share equally', () => {
    const model = new ProgressModel();
    model.update('load', 20);
    model.update('train', 30);

    expect(model.update('save', 80)).toBe(43.33);
  });

  it('gives a phase that nobody declared a weight of 1 beside declared ones', () => {
    const model = new ProgressModel();
    model.declare({ load: 1, train: 2 });

    expect(model.update('extra', 100)).toBe(25);
  });

  it('follows progress without a key where there are no declared phases', () => {
    const model = new ProgressModel();
    model.update('download', 100);
    expect(new ProgressModel().update(null, 30)).toBe(30);

    const mixed = new ProgressModel();
    mixed.update(null, 10);
    expect(mixed.update('download', 100)).toBe(10);
  });

  it('takes the larger of its own and the weighted progress where phases are declared', () => {
    const model = new ProgressModel();
    model.declare({ load: 1, train: 1 });
    model.update('load', 100);

    expect(model.update(null, 30)).toBe(50);
    expect(model.update(null, 70)).toBe(70);
  });

  it('counts phases that come one by one by their shares of all of them, done and half done', () => {
    const model = new ProgressModel();
    model.expect(4);
    model.begin('load', 1);
    expect(model.update('load', 50)).toBe(12.5);
    model.end('load', 1);
    model.begin('train', 2);
    expect(model.update('train', 25)).toBe(37.5);
    model.begin('train', 2); // once more, after a failure
    expect(model.update('train', 50)).toBe(50);
    model.end('train', 2);
    model.end('save', 1); // skipped

    expect(model.update(null, 99)).toBe(99.99);
  });

  it('never goes back and never says 100', () => {
    const key = fc.constantFrom(null, '', 'load', 'train', 'save');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(key, fc.double({ min: 0, max: 100, noNaN: true }))),
        fc.boolean(),
        (reports, isDeclared) => {
          const model = new ProgressModel();
          if (isDeclared) model.declare({ load: 0.2, train: 0.8 });
          let last = 0;
          for (const [name, percent] of reports) {
            const overall = model.update(name, percent);
            expect(overall).toBeGreaterThanOrEqual(last);
            expect(overall).toBeLessThan(100);
            last = overall;
          }
          expect(model.overall).toBe(last);
        },
      ),
    );
  });

  it.each([Number.NaN, -1, Infinity])('refuses the weight %p and names its key', (weight) => {
    expect(() => new ProgressModel().declare({ train: weight })).toThrow(/"train"/);
  });
});
