import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClaimedFolder, discardClaimed } from './claimed-folder.js';
import { type NotedAttempt, NotedRun } from './noted-run.fixture.js';

describe('A folder that a step makes', () => {
  let disk: string;
  let run: NotedRun;
  let other: NotedRun;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'claimed-'));
    run = new NotedRun('one');
    other = new NotedRun('two');
  });
  afterEach(() => {
    for (const made of [run, other]) made.remove();
    rmSync(disk, { recursive: true, force: true });
  });

  const target = (): string => join(disk, 'out');
  const fill = (folder: string, name: string): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), name);
  };
  const begun = async (attempt: NotedAttempt): Promise<ClaimedFolder> => {
    const folder = new ClaimedFolder(target(), attempt);
    await folder.begin();
    fill(folder.unfinished, 'made');
    return folder;
  };
  const made = async (attempt: NotedAttempt): Promise<void> => (await begun(attempt)).commit();
  /** What another host has at the place, on a disk of its own. */
  const onAnotherDisk = (): void => {
    rmSync(target(), { recursive: true });
    fill(target(), 'mine');
  };

  it('is taken away and made again by the next attempt, wherever that is', async () => {
    await made(run.attempt());
    await made(run.attempt());
    expect(readdirSync(disk)).toEqual(['out']);
    expect(readdirSync(target())).toEqual(['made']);

    await discardClaimed(run.attempt());
    expect(readdirSync(disk)).toEqual([]);
  });

  it('is taken away also where something was added to it, or it was begun only', async () => {
    await made(run.attempt());
    fill(target(), 'later');
    await begun(other.attempt()).catch(() => undefined);
    await discardClaimed(run.attempt());
    await begun(other.attempt());
    await discardClaimed(other.attempt());

    expect(readdirSync(disk)).toEqual([]);
  });

  it('is not mistaken by a resumption for a folder that another host has at the same path', async () => {
    await made(run.attempt());
    onAnotherDisk();

    await expect(made(run.attempt())).rejects.toMatchObject({ code: 'SYN_DATASET_TARGET' });
    expect(readdirSync(target())).toEqual(['mine']);
  });

  it('is not mistaken by an undo for a folder that another host has at the same path, and says so', async () => {
    await made(run.attempt());
    onAnotherDisk();
    const undo = run.attempt();
    await discardClaimed(undo);

    expect(readdirSync(target())).toEqual(['mine']);
    expect(undo.warnings()).toEqual(['folder_of_others_kept']);
  });

  it('is not mistaken for a folder that came to the path before it was moved there', async () => {
    await begun(run.attempt());
    fill(target(), 'mine');
    await discardClaimed(run.attempt());

    expect(readdirSync(disk)).toEqual(['out']);
    expect(readdirSync(target())).toEqual(['mine']);
  });

  it('stays where it is when another run wanted the same place, was slower and is undone', async () => {
    const slower = other.attempt();
    const folder = await begun(slower);
    await made(run.attempt());

    await expect(folder.commit()).rejects.toMatchObject({ code: 'SYN_DATASET_TARGET' });
    await discardClaimed(slower);
    expect(readdirSync(disk)).toEqual(['out']);
    expect(readdirSync(target())).toEqual(['made']);
    expect(slower.warnings()).toEqual(['folder_of_others_kept']);
  });
});
