import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { isProcessGone } from './process-gone.js';

const UNKNOWN = '0';
const ENDED = 'ended';
const UNKNOWN_BOOT = '00000000';
const MACHINE_ID = read(() => readFileSync('/etc/machine-id'));
const BOOT_ID = read(() => readFileSync('/proc/sys/kernel/random/boot_id'));
/** Of this container, or machine. Machines that are copies of one have it in common. */
const MACHINE = digestOf(
  hostname(),
  MACHINE_ID,
  read(() => readlinkSync('/proc/self/ns/pid')),
);
/** Since when it runs; a process may be kept from knowing that. */
const BOOT = BOOT_ID === '' ? UNKNOWN_BOOT : digestOf(BOOT_ID);
/** Begins the words of all processes that can be asked for from here. */
const PLACE = `${MACHINE}${BOOT}`;
/** By their numbers in Linux, the file systems that one kernel at a time can write to: ext, XFS, Btrfs, F2FS and ZFS. */
const LOCAL_FILE_SYSTEMS: readonly number[] = [0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1];

/** Words by which others know that a file is of this process: where it runs, its number and, on Linux, when it began, since numbers are used again. */
export const OWNER_WORDS = `${PLACE}-${process.pid}-${startOf('self')}`;

/** Those words, as a part of a regular expression. */
export const OWNER_PATTERN = '[0-9a-f]{16}-\\d+-[0-9a-z]+';

/**
 * Whether the process is gone whose words these are; undefined where that cannot be known from here.
 *
 * @param folder - Where its file lies.
 */
export function isOwnerGone(words: string, folder: string): boolean | undefined {
  const [place = '', pid = '', start] = words.split('-');
  if (place !== PLACE) return isOfEarlierBoot(place, folder) || undefined;
  if (isProcessGone(Number(pid))) return true;
  const found = startOf(pid);
  return start !== UNKNOWN && found !== UNKNOWN && start !== found;
}

/**
 * Whether the process ran here before the machine was started again. Another boot alone may be that of a copy of this machine, which cannot have written to
 * a disk of this one.
 */
function isOfEarlierBoot(place: string, folder: string): boolean {
  const isKnown = MACHINE_ID !== '' && BOOT !== UNKNOWN_BOOT && !place.endsWith(UNKNOWN_BOOT);
  return isKnown && place.startsWith(MACHINE) && isOnLocalDisk(folder);
}

function isOnLocalDisk(folder: string): boolean {
  try {
    return LOCAL_FILE_SYSTEMS.includes(statfsSync(folder).type);
  } catch {
    return false;
  }
}

/** When a process began, in ticks since the host did. One that has ended, and whose parent has not asked how, counts no more. */
function startOf(pid: string): string {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`));
  // The second word is the program's name, which may have anything in it.
  const facts = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(facts[19]);
  if (facts[0] === 'Z') return ENDED;
  return Number.isInteger(ticks) ? ticks.toString(36) : UNKNOWN;
}

function digestOf(...words: readonly string[]): string {
  return createHash('sha256').update(words.join('\0')).digest('hex').slice(0, 8);
}

/** Empty where there is no such file: only Linux has them. */
function read(work: () => Buffer | string): string {
  try {
    return work().toString();
  } catch {
    return '';
  }
}
