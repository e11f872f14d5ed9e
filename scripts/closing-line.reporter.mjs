import { relative } from 'node:path';
import { reportTotals } from './lib/totals.mjs';

/**
 * Ends a test run with `N passed, N failed` alone on a line, which CI reads. A suite that cannot start counts as one failure.
 * Inside a larger run (SYNAPSE_TEST_TOTALS names a file) the numbers go there, and whoever started it prints the sum.
 */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const totals = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      failures: results.testResults.flatMap(failuresOf),
    };
    reportTotals(totals);
  }
}

/** `file: title` of each test that failed, or the file alone where it could not start. */
function failuresOf({ testFilePath, testResults, testExecError }) {
  const file = relative(process.cwd(), testFilePath);
  const failed = testResults.filter(({ status }) => status === 'failed').map(({ fullName }) => `${file}: ${fullName}`);
  return testExecError && failed.length === 0 ? [file] : failed;
}
