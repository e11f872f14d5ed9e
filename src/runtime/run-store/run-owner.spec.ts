import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { currentOwner, isKnownDead } from './run-owner.js';

describe('the owner of a run', () => {
  it('is this process, which is not dead', () => {
    expect(currentOwner()).toMatchObject({ pid: process.pid });
    expect(isKnownDead(currentOwner())).toBe(false);
  });

  it('is known to be dead once its process has ended', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);

    expect(isKnownDead({ ...currentOwner(), pid })).toBe(true);
  });

  it('is never known to be dead on another host', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);

    expect(isKnownDead({ ...currentOwner(), pid, host: 'elsewhere.invalid' })).toBe(false);
  });

  it('is known to be dead when its number belongs to a process that started later', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    const owner = { ...currentOwner(), pid: child.pid ?? 0 };
    try {
      await once(child, 'spawn');
      expect(isKnownDead({ ...owner, started_at: Date.now() })).toBe(false);
      expect(isKnownDead({ ...owner, started_at: Date.now() - 3_600_000 })).toBe(process.platform === 'linux');
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('is not dead for having come to its own first code long after the system had started it', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    try {
      await once(child, 'spawn');
      expect(isKnownDead({ ...currentOwner(), pid: child.pid ?? 0, started_at: Date.now() + 60_000 })).toBe(false);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
