/** The least that running an action can be: check six fields by hand, call, await. */
export async function plainExecutor(action, params) {
  if (
    !Number.isInteger(params.epochs) ||
    params.epochs < 1 ||
    !Number.isInteger(params.batch_size) ||
    params.batch_size < 1 ||
    typeof params.learning_rate !== 'number' ||
    params.learning_rate <= 0 ||
    typeof params.name !== 'string' ||
    params.name.length === 0 ||
    typeof params.shuffle !== 'boolean' ||
    (params.device !== 'cpu' && params.device !== 'gpu')
  ) {
    throw new TypeError('params are not valid');
  }
  return action.execute(params);
}
