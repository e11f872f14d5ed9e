import { existsSync, readFileSync } from 'node:fs';

/** The most memory this process had so far, in kilobytes. */
export function peakKilobytes() {
  // Linux counts into `maxRSS` what the parent had when it started this process.
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}
