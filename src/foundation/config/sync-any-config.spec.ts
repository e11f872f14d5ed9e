import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { syncConfig } from './sync-config.js';

describe('any file', () => {
  const name = fc.constantFrom('train', 'infer', 'export_onnx', 'no', 'a b', '1', "it's");
  const type = fc.constantFrom(undefined, 'dataset', 'model', 'true');
  const scalar = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('a: b', '# no', ' x ', 'multi\nline\n', 'é'),
    fc.boolean(),
    fc.integer(),
  );
  const entry = fc.oneof(
    fc.constantFrom(null, {}, 'plugin/acts:Known', 'plugin.acts.Known'),
    fc.record(
      {
        entrypoint: fc.constantFrom('plugin/acts:Known', 'x:Y', ''),
        input_type: scalar,
        description: scalar,
        list: fc.array(scalar, { maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  );
  const config = fc.record(
    {
      name: scalar,
      env: fc.dictionary(
        fc.string({ maxLength: 5 }).filter((key) => key !== '<<'),
        scalar,
        { maxKeys: 3 },
      ),
      actions: fc.dictionary(name, entry, { maxKeys: 4 }),
      tail: scalar,
    },
    { requiredKeys: [] },
  );
  const style = fc.record({
    indent: fc.constantFrom(2, 4),
    lineWidth: fc.constantFrom(0, 30),
    collectionStyle: fc.constantFrom('any' as const, 'flow' as const),
    isCommented: fc.boolean(),
    isWindows: fc.boolean(),
  });
  const entrypoint = fc.constantFrom('plugin/acts:Known', 'p/q:New', 'p/q:Newer', 'p:Q.method');
  const found = fc.uniqueArray(fc.record({ name, entrypoint, inputType: type, outputType: type }), {
    maxLength: 4,
    selector: (action) => action.entrypoint,
  });

  it('is changed where it must be, nowhere else, and only once', () => {
    fc.assert(
      fc.property(
        config,
        style,
        found,
        fc.boolean(),
        (values, { isCommented, isWindows, ...layout }, discovered, prune) => {
          let text =
            Object.keys(values).length === 0 ? '' : stringify(values, { ...layout, aliasDuplicateObjects: false });
          if (isCommented && layout.collectionStyle === 'any')
            text = text.replaceAll(/^(?=\w+:)/gm, '# a comment   \n\n');
          if (isWindows) text = text.replaceAll('\n', '\r\n');
          fc.pre(isMappingText(text));
          const options = { prune, repoint: true };
          const before = parse(text) as { actions?: Record<string, unknown> } | null;
          const result = syncConfig(text, discovered, options);
          const after = parse(result.text) as { actions?: Record<string, unknown> } | null;

          expect({ ...after, actions: undefined }).toEqual({ ...before, actions: undefined });
          expect(result.conflicts.filter(({ kind }) => kind !== 'duplicate_name')).toEqual([]);
          if (layout.collectionStyle !== 'flow') expect(linesOutside(result.text)).toEqual(linesOutside(text));
          expect(commentsIn(result.text)).toEqual(commentsIn(text));
          expect(syncConfig(result.text, discovered, options)).toMatchObject({ isChanged: false, text: result.text });
        },
      ),
      { numRuns: 300 },
    );
  });

  /** What does not belong to the actions, line by line. */
  function linesOutside(text: string): string[] {
    const lines = text.split(/(?<=\n)/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
    const start = lines.findIndex((line) => line.startsWith('actions:'));
    if (start < 0) return lines;
    const next = lines.slice(start + 1).findIndex((line) => /^\S/.test(line));
    return [...lines.slice(0, start), ...(next < 0 ? [] : lines.slice(start + 1 + next))];
  }

  /** The comment of the layout, with the blank line behind it. */
  function commentsIn(text: string): string[] {
    return text.match(/^# a comment {3}\r?\n\r?\n/gm) ?? [];
  }

  function isMappingText(text: string): boolean {
    const values: unknown = parse(text);
    return values === null || (typeof values === 'object' && !Array.isArray(values));
  }
});
