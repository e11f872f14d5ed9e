import { IsInt, IsString } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';
import { definitionOf } from '../../../runtime/discovery/action-definition.fixture.js';
import { actionFlagsHelp, readActionFlags } from './action-flags.js';

class Params {
  @IsInt()
  epochs = 1;

  @UiField({ secret: true })
  @IsString()
  apiKey = '';
}

const definition = definitionOf({ name: 'train', paramsType: Params });

describe('The flags of an action', () => {
  it('leave secrets out, and help says how they are given', () => {
    const help = actionFlagsHelp(definition, []);

    expect(help).toContain('--epochs');
    expect(help).not.toContain('--api-key');
    expect(help).toContain("'apiKey' is secret: it is set by --params @file");
  });

  it.each([[['--api-key', 'hunter2']], [['--api-key=hunter2']]])(
    'refuse a secret without repeating it (%j)',
    (words) => {
      const reading = (): unknown => readActionFlags(definition, [], words);

      expect(reading).toThrow(/'apiKey' of action 'train' is secret and has no flag.*--params @file/);
      expect(reading).not.toThrow(/hunter2/);
    },
  );

  it('take the last of several values: scripts have theirs, and who calls them adds to them', () => {
    expect(readActionFlags(definition, [], ['--epochs', '3', '--epochs=5'])).toEqual({ epochs: '5' });
  });
});
