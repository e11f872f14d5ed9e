/** Whether no process of this machine has the number. Numbers are used again, so a living one says nothing. */
export function isProcessGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'; // EPERM: it is there, and belongs to somebody else
  }
}
