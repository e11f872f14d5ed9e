import { runProcess } from '../lib/process.mjs';

/** The least any command on Node takes: the same Node, doing nothing. */
export const bareNode = () => runProcess(['-e', '0']);
