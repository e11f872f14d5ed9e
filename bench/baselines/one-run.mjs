/** One run of one action, as the row `run` measures it. */
export function oneRun(runner, params) {
  return runner.run({ action: 'train', params }).then(resultOf);
}

const resultOf = (handle) => handle.result();
