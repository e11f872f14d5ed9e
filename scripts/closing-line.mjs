/**
 * `closing-line.mjs FILE STATUS`: ends a run of CI, of which test runs have reported into a file, with the sum of that.
 * A status other than 0 is a failure also where nothing counted it: what broke before it could must not end in a line that says all is well.
 */
import { printClosingLine, sumOf } from './lib/totals.mjs';

const [file, status] = process.argv.slice(2);
const totals = sumOf(file);
printClosingLine({ ...totals, failed: totals.failed || Number(status) }, true);
