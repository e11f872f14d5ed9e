import fc from 'fast-check';
import { CoalescingBuffer, type Lane } from './coalescing-buffer.js';

type Operation =
  | { readonly do: 'push' }
  | { readonly do: 'latest'; readonly lane: Lane; readonly key: string | null; readonly variant: string }
  | { readonly do: 'shift' }
  | { readonly do: 'drain' };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('latest' as const),
      lane: fc.constantFrom<Lane>(0, 1),
      key: fc.constantFrom(null, '', 'a', 'b', 'c'),
      variant: fc.constantFrom('running', 'running', 'running', 'failed'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('shift' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
);

/** The same rules, written for clarity: a list that is searched. */
class ListModel {
  private list: { id: number; name?: string; variant?: string }[] = [];

  apply(next: Operation, id: number): number[] {
    if (next.do === 'drain') return this.list.splice(0).map((item) => item.id);
    if (next.do === 'shift') return this.list.splice(0, 1).map((item) => item.id);
    if (next.do === 'push') {
      this.list.push({ id });
      return [];
    }
    const name = JSON.stringify([next.lane, next.key]);
    // Only the newest item of a key can be replaced: what stands before a change of variant is settled.
    const last = this.list.findLastIndex((item) => item.name === name);
    if (last >= 0 && this.list[last]?.variant === next.variant) this.list.splice(last, 1);
    this.list.push({ id, name, variant: next.variant });
    return [];
  }

  get size(): number {
    return this.list.length;
  }
}

function apply(buffer: CoalescingBuffer<number>, next: Operation, id: number): number[] {
  if (next.do === 'drain') return buffer.drain();
  if (next.do === 'shift') return [buffer.shift()].filter((item) => item !== undefined);
  if (next.do === 'push') buffer.push(id);
  else buffer.pushLatest(id, next.lane, next.key, next.variant);
  return [];
}

describe(CoalescingBuffer, () => {
  it('gives back the same items in the same order as a plain list that is searched', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 3000, size: 'max' }), (operations) => {
        const buffer = new CoalescingBuffer<number>();
        const model = new ListModel();
        const taken = operations.map((next, id) => [...apply(buffer, next, id), buffer.size]);
        expect(taken).toEqual(operations.map((next, id) => [...model.apply(next, id), model.size]));
        expect(buffer.drain()).toEqual(model.apply({ do: 'drain' }, 0));
      }),
      { numRuns: 60 },
    );
  });

  it('squeezes out replaced items, and takes from the front meanwhile', () => {
    const buffer = new CoalescingBuffer<number>();
    for (let index = 0; index < 10_000; index++) {
      buffer.push(index);
      buffer.pushLatest(-index, 0, `k${index % 3}`, '');
      if (index % 2 === 0) buffer.shift();
    }

    expect(buffer.size).toBeLessThan(5010);
    expect(buffer.drain().slice(-6)).toEqual([9997, -9997, 9998, -9998, 9999, -9999]);
  });
});
