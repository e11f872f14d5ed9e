import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getActionConfig, getActionMethod, getPluginActions } from '../../src/foundation/config/config-helpers.js';
import { SynapseError } from '../../src/foundation/errors/index.js';

interface Row {
  readonly fn: 'get_plugin_actions' | 'get_action_method' | 'get_action_config';
  readonly arg?: unknown;
  readonly action?: string;
  readonly result?: unknown;
  readonly error?: { readonly python_type: string };
}

const recorded = JSON.parse(readFileSync(join(__dirname, 'data-cases/cases/42-plugin-utils.json'), 'utf8')) as {
  call: { config: Record<string, unknown> };
  expected: { rows: Row[] };
};
/** Null actions raised an attribute error; a file with nothing under `actions` is a plugin without actions here. */
const isRepaired = (row: Row) => row.error?.python_type === 'AttributeError';
/** What each of the original's errors is called here. */
const CODES: Record<string, Record<string, string>> = {
  get_action_method: { ValueError: 'SYN_CONFIG_INVALID' },
  get_action_config: { KeyError: 'SYN_ACTION_NOT_FOUND', ValueError: 'SYN_USAGE' },
};

function call({ fn, action = '', ...row }: Row): unknown {
  const config = ('arg' in row ? row.arg : recorded.call.config) as Record<string, unknown>;
  if (fn === 'get_plugin_actions') return getPluginActions(config);
  return fn === 'get_action_method' ? getActionMethod(config, action) : getActionConfig(config, action);
}

function outcome(row: Row): unknown {
  try {
    return call(row);
  } catch (error) {
    return SynapseError.is(error) ? error.code : error;
  }
}

describe('data case 42: looking actions up in a configuration', () => {
  it.each(recorded.expected.rows.filter((row) => !isRepaired(row)))('$fn $action answers as recorded', (row) => {
    const expected = row.error === undefined ? row.result : CODES[row.fn]?.[row.error.python_type];

    expect(expected).toBeDefined();
    expect(outcome(row)).toEqual(expected);
  });

  it('D30: null actions are no actions, where the original crashed', () => {
    const row = recorded.expected.rows.find(isRepaired);

    expect(row?.arg).toEqual({ actions: null });
    expect(getPluginActions(row?.arg)).toEqual([]);
    expect(getActionMethod({ actions: null }, 'train')).toBe('task');
  });
});
