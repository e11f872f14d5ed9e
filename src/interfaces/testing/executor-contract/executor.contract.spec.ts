import { LocalExecutor } from '../../../runtime/executors/local/local.executor.js';
import { describeExecutor } from './executor.contract.js';

describe(LocalExecutor, () => {
  describeExecutor(
    { describe, it, beforeEach, afterEach, expect },
    { create: (invoker) => new LocalExecutor(invoker, { cancelGraceMs: 20 }) },
  );
});
