import { IsInt, IsOptional, IsString } from 'class-validator';
import { BaseAction } from '../../src/authoring/actions/base-action.js';
import { Action, type ClassOf } from '../../src/authoring/decorators/action.decorator.js';
import {
  COCODataset,
  Dataset,
  ModelWeights,
  YOLODataset,
} from '../../src/foundation/data-types/built-in-types.js';

// The actions that C17, C18 and C19 were recorded with.

/** Hears which action was called with what. */
export type Calls = [string, object][];

class P1 {
  @IsInt() a!: number;
}
class P2 {
  @IsString() b!: string;
  @IsInt() c!: number;
}
class R1 {
  @IsString() b!: string;
  @IsOptional() @IsInt() extra?: number = 5;
}
class R2 {
  @IsString() out!: string;
}

/** The classes by the letters that the cases use, each telling `calls` when it is executed. */
export function recordedActions(calls: Calls = []): Readonly<Record<string, ClassOf<object>>> {
  @Action({ name: 'first', params: P1, result: R1, outputType: YOLODataset })
  class A extends BaseAction<P1, R1> {
    override execute({ a }: P1): R1 {
      calls.push(['A', { a }]);
      return { b: `b${a}`, extra: 5 };
    }
  }
  @Action({ name: 'B', params: P2, result: R2, inputType: Dataset, outputType: ModelWeights })
  class B {
    execute({ b, c }: P2): R2 & { a: number } {
      calls.push(['B', { b, c }]);
      return { out: `${b}${c}`, a: 99 };
    }
  }
  @Action({ name: 'C', params: P1, inputType: Dataset })
  class C {
    execute({ a }: P1): string {
      calls.push(['C', { a }]);
      return 'final';
    }
  }
  @Action({ name: 'D', params: P1, result: R1, inputType: COCODataset })
  class D {
    execute(_params: P1): R1 {
      return { b: 'x' };
    }
  }
  @Action({ name: 'Boom', params: P1 })
  class Boom {
    execute(_params: P1): void {
      throw new Error('kaboom');
    }
  }
  @Action({ name: 'Runner', params: P1 })
  class Runner {
    execute(_params: P1): { via: string } {
      return { via: 'run' };
    }
  }
  @Action({ name: 'BadRes', params: P1, result: R1 })
  class BadRes {
    execute(_params: P1): R1 {
      return { nope: 1 } as unknown as R1;
    }
  }
  return { A, B, C, D, Boom, Runner, BadRes };
}
