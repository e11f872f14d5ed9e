import { ACTION_FIELDS, PLUGIN_FIELDS } from '../../src/foundation/config/plugin-config.fields.js';
import { createActionConfig, createPluginConfig } from '../../src/foundation/config/plugin-config.js';
import { parsePluginConfig } from '../../src/foundation/config/plugin-config-file.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksIn, repository } from './markdown-blocks.js';

const PAGE = 'docs/guides/configuration.md';
const text = readFileSync(join(repository, PAGE), 'utf8');

interface Row {
  readonly key: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** The rows of the table below a heading. */
function tableBelow(heading: string): Row[] {
  const [, section = ''] = text.split(`## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \| ([^|]*)\|$/gm)].map(
    ([, key = '', fallback = '', meaning = '']) => ({
      key,
      fallback: fallback.trim(),
      meaning,
    }),
  );
}

/** A default as the table writes it. */
function inWords(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  return typeof value === 'string' && value !== '' ? `\`${value}\`` : 'empty';
}

describe('The guide to config.yaml', () => {
  it('has only configurations that are valid and mean the same to every reader', () => {
    const blocks = blocksIn(text, PAGE).filter(({ language }) => language === 'yaml');

    expect(blocks.length).toBeGreaterThan(3);
    expect(blocks.flatMap((block) => parsePluginConfig(block.text, block.place).warnings)).toEqual([]);
  });

  it('lists every key of a plugin with its default', () => {
    const defaults: Record<string, unknown> = { ...createPluginConfig({ name: 'n', code: 'c' }) };
    const special: Record<string, string> = { name: 'required', code: 'required', unknown_params: '`refuse`' };

    expect(tableBelow('Keys of the plugin').map(({ key, fallback }) => [key, fallback])).toEqual(
      Object.keys(PLUGIN_FIELDS).map((key) => [key, special[key] ?? inWords(defaults[key])]),
    );
  });

  it('lists every key of an action with its default', () => {
    const defaults: Record<string, unknown> = { ...createActionConfig({ name: 'a' }) };
    const special: Record<string, string> = { name: "the entry's key", unknown_params: "the plugin's" };
    const keys = Object.keys(ACTION_FIELDS).filter((key) => key !== 'params_schema'); // never in a file

    expect(tableBelow('Keys of an action').map(({ key, fallback }) => [key, fallback])).toEqual(
      keys.map((key) => [key, special[key] ?? inWords(defaults[key])]),
    );
  });

  it.each([
    'category',
    'package_manager',
    'data_type',
    'annotation_category',
    'annotation_type',
    'smart_tool',
  ] as const)('lists every word of %s, and only words there are', (key) => {
    const row = tableBelow('Keys of the plugin').find((candidate) => candidate.key === key);
    const words = [...(row?.meaning ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word);

    expect(words.length).toBeGreaterThan(2);
    for (const word of words) expect(createPluginConfig({ name: 'n', code: 'c', [key]: word })[key]).toBe(word);
    expect(() => createPluginConfig({ name: 'n', code: 'c', [key]: 'nope' })).toThrow(
      `must be one of ${words.join(', ')};`,
    );
  });
});
