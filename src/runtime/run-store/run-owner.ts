import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** The process that executes a run. */
export interface RunOwner {
  readonly host: string;
  readonly pid: number;
  /** When the process started, in milliseconds since the epoch: a number of a process is used again. */
  readonly started_at: number;
}

/** How much later than its owner's a process may be said to have started, and still be it: the system counts in ticks, and rounds its own start. */
const START_TOLERANCE_MS = 2_000;
/** Ticks a second in /proc, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** This process. */
export function currentOwner(): RunOwner {
  return { host: hostname(), pid: process.pid, started_at: Math.round(performance.timeOrigin) };
}

/** Whether a process is certain to be gone. One of another host may be alive. */
export function isKnownDead({ host, pid, started_at }: RunOwner): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'; // EPERM: it is there, and belongs to somebody else
  }
  const startedAt = startOf(pid);
  // Node counts from its own first code, which on a busy machine comes late; who has the number after its owner has started after it.
  return startedAt !== undefined && startedAt - started_at > START_TOLERANCE_MS;
}

/** When a living process started, where the system says so in /proc. */
function startOf(pid: number): number | undefined {
  try {
    // The name before it is in brackets, and may hold spaces and brackets itself.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const bootSeconds = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
    const ticks = Number(fields[19]);
    if (fields[0] === 'Z') return Number.POSITIVE_INFINITY; // a zombie executes nothing any more
    return bootSeconds === undefined ? undefined : Number(bootSeconds) * 1000 + (ticks * 1000) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}
