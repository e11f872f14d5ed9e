import { Injectable, type Type } from '@nestjs/common';
import { isThenable } from '../../authoring/steps/maybe-promise.js';
import { runInScope } from '../../authoring/context/run-scope.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import {
  asSynapseError,
  ExecutionError,
  ParamsInvalidError,
  ResultInvalidError,
} from '../../foundation/errors/plugin.errors.js';
import { PluginExitError } from '../../foundation/errors/run.errors.js';
import { messageOf, SynapseError } from '../../foundation/errors/synapse.error.js';
import { typeNameOf } from '../../foundation/schema/class-validation.js';
import { type FileFieldEntry, fileFieldsOf } from '../../foundation/schema/file-field.decorator.js';
import { ParamsValidator } from '../../foundation/schema/params.validator.js';
import { type ResultMismatch, ResultValidator } from '../../foundation/schema/result.validator.js';
import type { ActiveRun } from './active-run.js';
import { fetchFiles } from './fetch-files.js';

/**
 * The only caller of an action: validates params, opens the run's scope, executes, validates the result.
 *
 * It stays synchronous as long as nothing it meets is a promise, so an action that is not async costs no extra turns.
 */
@Injectable()
export class ActionInvoker {
  /** For plugins whose configuration wants unknown params dropped, as the original drops them. */
  private readonly lenientParams = new ParamsValidator({ unknownKeys: 'ignore' });
  private readonly fileFields = new WeakMap<object, readonly FileFieldEntry[]>();

  constructor(
    private readonly params: ParamsValidator,
    private readonly results: ResultValidator,
  ) {}

  /**
   * Runs the action of `run` in this process.
   *
   * @returns The action's result as it is, or a promise of it.
   * @throws Whatever stands in the way of a result; {@link ActionInvoker.failureOf} makes the run's error of it.
   */
  invoke(run: ActiveRun): unknown {
    const { definition } = run;
    if (run.undoReason && !definition.steps) return this.#execute(run, run.input); // nothing is undone, whatever its params are
    if (!definition.paramsType) return this.#execute(run, asObject(run));
    const validator = definition.ignoresUnknownParams ? this.lenientParams : this.params;
    const params: unknown = validator.parse(definition.name, definition.paramsType as Type<object>, run.input);
    return params instanceof Promise ? params.then((parsed) => this.#begin(run, parsed)) : this.#begin(run, params);
  }

  /** Between the check of params and the action: files that params name are fetched, if there are any. An undo must not wait for them. */
  #begin(run: ActiveRun, params: unknown): unknown {
    const fields = this.#fileFieldsOf(run.definition.paramsType as Type<object>);
    if (fields.length === 0 || run.undoReason) return this.#execute(run, params);
    return fetchFiles(run, fields, params as Record<string, unknown>).then(() => this.#execute(run, params));
  }

  /** Reading metadata costs more than all the rest of a small run. */
  #fileFieldsOf(type: Type<object>): readonly FileFieldEntry[] {
    const known = this.fileFields.get(type);
    if (known) return known;
    const fields = fileFieldsOf(type);
    this.fileFields.set(type, fields);
    return fields;
  }

  /**
   * The error of a run whose {@link ActionInvoker.invoke} threw or rejected: ParamsInvalidError when the params broke a rule,
   * ExecutionError with what the action threw as cause, ResultInvalidError for a wrong result under `strictResult`.
   */
  failureOf(run: ActiveRun, thrown: unknown): SynapseError {
    if (run.abortError && thrown === run.abortError) return run.abortError;
    if (thrown instanceof PluginExitError) return thrown; // the host's own word on what the action did
    // A pipeline's error has been made of what its action threw.
    if (run.phase !== 'executing' || run.definition.isPipeline) return asSynapseError(thrown);
    return executionErrorOf(run, thrown);
  }

  #execute(run: ActiveRun, params: unknown): unknown {
    if (run.abortError) throw run.abortError; // told to end while its params were checked
    run.params = params;
    run.phase = 'executing';
    const context = new RuntimeContext<unknown>(run);
    if (run.undoReason) return this.#undo(run, params, context);
    const { call, isPipeline } = run.definition;
    // A pipeline is no code of a user's: each of its actions has a scope of its own, and theirs is quicker made without one around it.
    const result = isPipeline ? call(params, context, run) : runInScope(context, call, params, context, run);
    if (!run.definition.resultType) return result;
    return isThenable(result) ? result.then((value) => this.#checked(run, value)) : this.#checked(run, result);
  }

  /** Undoes what earlier owners of the run have done; an action without steps leaves that to itself. */
  #undo(run: ActiveRun, params: unknown, context: RuntimeContext<unknown>): unknown {
    const { definition, durable } = run;
    const from = durable?.before?.state ?? { records: [] };
    return runInScope(context, () => definition.steps?.undo(params, context, { from, host: run }) ?? []);
  }

  #checked(run: ActiveRun, result: unknown): unknown {
    run.phase = 'checking';
    const { resultType } = run.definition;
    const mismatch = this.results.check(resultType as Type<object>, result);
    if (mismatch instanceof Promise) return mismatch.then((late) => reported(run, result, late));
    return reported(run, result, mismatch);
  }
}

/** A wrong result is a warning in the stream, as in the original; with `strictResult` it fails the run. The value passes unchanged. */
function reported(run: ActiveRun, result: unknown, mismatch: ResultMismatch | undefined): unknown {
  if (!mismatch) return result;
  if (run.definition.isStrictResult) throw new ResultInvalidError(run.action, mismatch.issues);
  // Also when the action has finished its logger: what is wrong with its result must not depend on that.
  run.logger.notice(mismatch.message);
  return result;
}

/** Keeps code and details of an error that was one of ours: a wrapper must not make it say less. */
function executionErrorOf(run: ActiveRun, thrown: unknown): SynapseError {
  const inner = SynapseError.is(thrown) ? thrown : undefined;
  return new ExecutionError(`Action execution failed: ${messageOf(thrown)}`, {
    cause: thrown,
    retryable: inner?.retryable,
    details: { ...inner?.details, action: run.action, ...(inner && { cause_code: inner.code }) },
  });
}

/** Without a params class, this is all that is known about them. */
function asObject({ action, input }: ActiveRun): object {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  throw new ParamsInvalidError(action, [
    { path: '', code: 'not_an_object', message: `must be an object, got ${typeNameOf(input)}` },
  ]);
}
