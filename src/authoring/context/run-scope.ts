import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { NoActiveRunError } from '../../foundation/errors/run.errors.js';
import type { PipelineContext } from './pipeline-context.js';
import type { RunBinding } from './runtime-context.js';
import { RuntimeContext } from './runtime-context.js';

/** Which run the code that is executing belongs to. Holds nothing itself: each chain of calls carries its own run. */
const scope = new AsyncLocalStorage<RuntimeContext>();

/**
 * Calls `work` with `args` as part of the run that `context` belongs to, with everything it awaits.
 *
 * A resource of the run's own brings the caller's scope back afterwards. `scope.run` would build a second frame for that, and leave it
 * to the caller, whose next run then starts by copying it.
 */
export function runInScope<T, A extends unknown[]>(context: RuntimeContext, work: (...args: A) => T, ...args: A): T {
  return new AsyncResource('SynapseRun').runInAsyncScope(enterAndCall, undefined, context, work, args) as T;
}

function enterAndCall<T, A extends unknown[]>(context: RuntimeContext, work: (...args: A) => T, args: A): T {
  scope.enterWith(context);
  return work(...args);
}

/** The run that is executing right now, if any. */
export function activeContext(): RuntimeContext | undefined {
  return scope.getStore();
}

/**
 * The run that is executing right now.
 *
 * @param member - What was asked for; only the error's text uses it.
 * @throws {@link NoActiveRunError} outside of a run.
 */
export function requireContext(member = 'runId'): RuntimeContext {
  const context = scope.getStore();
  if (!context) throw new NoActiveRunError(member);
  return context;
}

/** Forwards every member to the run that is executing when it is read. */
class ActiveRunBinding implements RunBinding {
  get runId(): string {
    return requireContext('runId').runId;
  }
  get jobId(): string | undefined {
    return requireContext('jobId').jobId;
  }
  get plugin(): string {
    return requireContext('plugin').plugin;
  }
  get action(): string {
    return requireContext('action').action;
  }
  get attempt(): number {
    return requireContext('attempt').attempt;
  }
  get params(): unknown {
    return requireContext('params').params;
  }
  get logger(): RunBinding['logger'] {
    return requireContext('logger').logger;
  }
  get env(): RunBinding['env'] {
    return requireContext('env').env;
  }
  get autolog(): RunBinding['autolog'] {
    return requireContext('autolog').autolog;
  }
  get notes(): RunBinding['notes'] {
    return requireContext('notes').notes;
  }
  get ports(): RunBinding['ports'] {
    return {
      client: () => requireContext('client').client,
      agentClient: () => requireContext('agentClient').agentClient,
      storage: () => requireContext('storage').storage,
    };
  }
  get checkpoint(): RunBinding['checkpoint'] {
    return requireContext('checkpoint').checkpoint;
  }
  get signal(): AbortSignal {
    return requireContext('signal').signal;
  }
  get workDir(): string {
    return requireContext('workDir').workDir;
  }
  get pipeline(): PipelineContext | undefined {
    return requireContext('pipeline').pipeline;
  }
  get idempotencyKey(): string {
    return requireContext('idempotencyKey').idempotencyKey;
  }
}

/** A context for injection: one object for the whole application that always speaks for the run at hand. */
export function createInjectableContext(): RuntimeContext {
  return new RuntimeContext(new ActiveRunBinding());
}
