/**
 * The least that running steps can be: an awaited loop over plain objects that skips, executes, tells of it, and undoes in reverse.
 *
 * @param heard - Told what happens: `onEvent(type, data)` and `onProgress(percent)`.
 */
export async function plainSteps(steps, context, { onEvent, onProgress }) {
  const executed = [];
  let totalWeight = 0;
  for (const { weight } of steps) totalWeight += weight;
  let doneWeight = 0;
  for (const step of steps) {
    if (!step.canSkip(context)) {
      onEvent('step.started', { step: step.name });
      const result = await step.execute(context);
      executed.push({ step, result });
      if (!result.success) {
        await undo(executed, context, onEvent);
        throw new Error(`Step '${step.name}' failed: ${result.error}`);
      }
      onEvent('step.completed', { step: step.name });
    }
    doneWeight += step.weight;
    onProgress(Math.floor((doneWeight / totalWeight) * 100));
  }
  return { success: true, steps_executed: executed.length, steps_total: steps.length };
}

async function undo(executed, context, onEvent) {
  for (let index = executed.length - 1; index >= 0; index--) {
    const { step, result } = executed[index];
    await step.rollback(context, result);
    onEvent('step.rolled_back', { step: step.name });
  }
}
