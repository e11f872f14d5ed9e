import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isProcessGone } from './process-gone.js';

/**
 * Begins the words of all processes that can be asked for from here: of this container or machine, since that was started. Machines that are copies of one
 * have one name, and differ in their start only.
 */
const PLACE = createHash('sha256')
  .update(
    [
      hostname(),
      read(() => readFileSync('/etc/machine-id')),
      read(() => readFileSync('/proc/sys/kernel/random/boot_id')),
      read(() => readlinkSync('/proc/self/ns/pid')),
    ].join('\0'),
  )
  .digest('hex')
  .slice(0, 8);
const UNKNOWN = '0';

/** Words by which others know that a file is of this process: where it runs, its number and, on Linux, when it began, since numbers are used again. */
export const OWNER_WORDS = `${PLACE}-${process.pid}-${startOf('self')}`;

/** Those words, as a part of a regular expression. */
export const OWNER_PATTERN = '[0-9a-f]{8}-\\d+-[0-9a-z]+';

/** Whether the process is gone whose words these are; undefined where that cannot be known from here. */
export function isOwnerGone(words: string): boolean | undefined {
  const [place, pid, start] = words.split('-');
  if (place !== PLACE) return undefined;
  if (isProcessGone(Number(pid))) return true;
  const found = startOf(pid ?? '');
  return start !== UNKNOWN && found !== UNKNOWN && start !== found;
}

/** When a process began, in ticks since the host did. */
function startOf(pid: string): string {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`));
  // The second word is the program's name, which may have anything in it.
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return Number.isInteger(ticks) ? ticks.toString(36) : UNKNOWN;
}

/** Empty where there is no such file: only Linux has them. */
function read(work: () => Buffer | string): string {
  try {
    return work().toString();
  } catch {
    return '';
  }
}
