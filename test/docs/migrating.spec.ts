import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as root from '../../src/index.js';
import * as testing from '../../src/interfaces/testing/index.js';
import { repository } from './markdown-blocks.js';
import { counterpartsIn, sameWord, waitingIn } from './migration-tables.js';
import { PackageSymbols } from './package-symbols.js';

const page = readFileSync(join(repository, 'docs/guides/migrating.md'), 'utf8');
const counterparts = counterpartsIn(page);
const waiting = waitingIn(page);
/** Every public name of the original, by the place it is imported from; members as `Class.member`. */
const original = JSON.parse(readFileSync(join(repository, 'test/docs/original-symbols.json'), 'utf8')) as Readonly<
  Record<string, readonly string[]>
>;
const symbols = new PackageSymbols();

const TOPICS = ['steps and pipelines', 'data', 'Ray', 'platform'];
const key = ({ area, original: name }: { area: string; original: string }): string => `${area}: ${name}`;

/** The original has names that mean two things; here, each of them has the name for one. */
const meaningsOf = (name: string): number => Object.values(original).filter((names) => names.includes(name)).length;

describe('The guide for people coming from the original', () => {
  it('has every public name of the original in exactly one of its tables', () => {
    const all = Object.entries(original).flatMap(([area, names]) => names.map((name) => `${area}: ${name}`));
    const listed = [...counterparts, ...waiting].map(key);

    expect(all.length).toBeGreaterThan(450);
    expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([]);
    expect([...listed].sort()).toEqual([...all].sort());
  });

  it('names only exports and members that the package has', () => {
    const claims = counterparts.flatMap(({ here }) => here);

    expect(claims.length).toBeGreaterThan(150);
    expect(claims.filter((claim) => !symbols.has(claim))).toEqual([]);
  });

  it('gives the reason wherever a name has no counterpart, or another word', () => {
    const unexplained = counterparts.filter(
      ({ original: name, here, note }) => note === '' && !(here.length === 1 && here[0] === sameWord(name)),
    );

    expect(unexplained.map(key)).toEqual([]);
  });

  it('names the same word wherever the package has it', () => {
    const missed = counterparts.filter(
      ({ original: name, here }) =>
        meaningsOf(name) === 1 && symbols.has(sameWord(name)) && !here.includes(sameWord(name)),
    );

    expect(missed.map(key)).toEqual([]);
  });

  it('has no name among those to come that the package has already', () => {
    const arrived = waiting.filter(({ original: name }) => meaningsOf(name) === 1 && symbols.has(sameWord(name)));

    expect(arrived.map(key)).toEqual([]);
  });

  it('says of each name to come with which topic it comes', () => {
    expect(waiting.filter(({ topic }) => !TOPICS.includes(topic)).map(key)).toEqual([]);
  });
});

describe(PackageSymbols, () => {
  it('sees the same values as a program that imports the package', () => {
    expect(symbols.values.sort()).toEqual([...Object.keys(root), ...Object.keys(testing)].sort());
  });

  it.each([
    'PluginDiscovery.fromPath', // static
    'PluginDiscovery.listActions',
    'BackendLogger.setProgress', // inherited
    'BaseAction.setProgress', // protected
    'LogEntry', // a type
    'LogEntry.timestamp',
    'NotFoundError.statusCode',
  ])('knows %s', (path) => {
    expect(symbols.has(path)).toBe(true);
  });

  it.each([
    'NoSuchThing',
    'PluginDiscovery.fromNowhere',
    'LogEntry.id',
    'BaseLogger.phases',
    'createProgram',
    'RunMethod.Job',
  ])('does not know %s', (path) => {
    expect(symbols.has(path)).toBe(false);
  });

  it('finds methods and getters of the listed classes on what they make', () => {
    const classes = {
      BaseLogger: root.BaseLogger,
      PluginDiscovery: root.PluginDiscovery,
      PluginEnvironment: root.PluginEnvironment,
      RuntimeContext: root.RuntimeContext,
    };
    const missing = counterparts
      .flatMap(({ here }) => here)
      .map((path) => path.split('.') as [keyof typeof classes, string?])
      .filter(([name, member]) => member !== undefined && name in classes)
      .filter(([name, member = '']) => !(member in classes[name].prototype) && !(member in classes[name]));

    expect(missing).toEqual([]);
  });
});
