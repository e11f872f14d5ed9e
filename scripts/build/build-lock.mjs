import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inProject } from '../lib/project.mjs';

const LOCK = inProject('.cache/build.lock');
const POLL_MS = 100;

/** Runs `work` while no other build of this checkout runs: two at once would write the same files. */
export async function withBuildLock(work) {
  mkdirSync(inProject('.cache'), { recursive: true });
  const ticket = `${LOCK}.${process.pid}`;
  writeFileSync(ticket, String(process.pid));
  try {
    while (!tryLock(ticket)) await sleep(POLL_MS);
    try {
      return await work();
    } finally {
      rmSync(LOCK, { force: true });
    }
  } finally {
    rmSync(ticket, { force: true });
  }
}

/** A hard link appears at once with its content, so a lock never stands there without the pid of its owner. */
function tryLock(ticket) {
  try {
    linkSync(ticket, LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!ownerIsAlive()) rmSync(LOCK, { force: true });
    return false;
  }
}

function ownerIsAlive() {
  try {
    process.kill(Number(readFileSync(LOCK, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM'; // a process of another user; ESRCH and ENOENT: it is gone
  }
}
