import type { PipelinePlan } from '../../../../runtime/pipelines/pipeline-plan.js';
import { messageOf } from '../../../../foundation/errors/synapse.error.js';
import { syncConfigFile } from '../../../../foundation/config/sync-config-file.js';
import { cliFlagsOf } from '../../../../foundation/schema/cli-flags.js';
import { uiSchemaOf } from '../../../../foundation/schema/form-kit.js';
import { jsonSchemaOf } from '../../../../foundation/schema/json-schema.js';
import type { ActionDefinition } from '../../../../runtime/discovery/action-definition.js';
import {
  discoveredOf,
  type OutlinedAction,
  outlinePlugin,
  type PluginOutline,
} from '../../../../runtime/discovery/plugin-outline.js';
import type { OpenPlugin, PluginHost } from '../../plugin-host.js';
import { type CheckResult, checkResult, skippedCheck } from './check-result.js';
import { checkTypes } from './type-check.js';

/** Checks that need more than config.yaml, in the order in which they are shown. */
const AFTER_CONFIG = ['sources', 'types', 'entrypoints', 'graph', 'schemas', 'sync'];

/**
 * Checks a plugin's folder from its config.yaml to the running classes. Each check is made whatever the others found, unless it would
 * only repeat what they said.
 *
 * @param path - The folder, or its config.yaml.
 */
export async function checkPlugin(path: string, host: PluginHost): Promise<CheckResult[]> {
  let outline: PluginOutline;
  try {
    outline = outlinePlugin(path);
  } catch (thrown) {
    return [
      checkResult('config', [messageOf(thrown)]),
      ...AFTER_CONFIG.map((name) => skippedCheck(name, 'config.yaml cannot be read.')),
    ];
  }
  const sources = checkSources(outline);
  const types = await checkTypes(outline);
  const [graph, schemas] = await checkGraphAndSchemas(outline, host);
  return [
    checkResult('config', [], outline.configFile.warnings),
    sources,
    types,
    checkResult('entrypoints', outline.unresolved.map(messageOf)),
    graph,
    schemas,
    sources.status === 'ok' ? await checkSync(outline) : skippedCheck('sync', 'Some sources cannot be read.'),
  ];
}

function checkSources({ scan, duplicates }: PluginOutline): CheckResult {
  const place = ({ file, line, column, message }: PluginOutline['scan']['warnings' | 'errors'][number]): string =>
    `${file}:${line}:${column}: ${message}`;
  return checkResult('sources', [...scan.errors.map(place), ...duplicates.map(messageOf)], scan.warnings.map(place));
}

async function checkGraphAndSchemas(outline: PluginOutline, host: PluginHost): Promise<[CheckResult, CheckResult]> {
  let opened: OpenPlugin;
  try {
    opened = await host.open(outline.configFile.path);
  } catch (thrown) {
    return [checkResult('graph', [messageOf(thrown)]), skippedCheck('schemas', 'The plugin does not start.')];
  }
  try {
    return [checkGraph(outline, opened), checkSchemas(opened.registry.list(outline.configFile.config.code))];
  } finally {
    await opened.close();
  }
}

/** What the scan says without running the code must be what runs. */
function checkGraph({ actions, configFile }: PluginOutline, { registry, pipelines }: OpenPlugin): CheckResult {
  const { code } = configFile.config;
  const running = registry.list(code);
  const scanned = actions.filter((action) => action.scanned !== undefined);
  const problems = scanned.flatMap((action) => differencesOf(action, running, registry.unavailable(code)));
  const unseen = running.filter(
    ({ entrypoint }) => !scanned.some((action) => action.scanned?.entrypoint === entrypoint),
  );
  const isEmpty = actions.length === 0 && running.length === 0;
  const none = isEmpty ? [`Plugin '${code}' has no actions; decorate a class with @Action.`] : [];
  const dynamic = scanned
    .filter(({ name }) => name === null)
    .map(({ entrypoint }) => `The name of ${entrypoint} is known only at run time.`);
  return checkResult(
    'graph',
    [
      ...problems,
      ...unseen.map(
        ({ name, entrypoint }) =>
          `Action '${name}' (${entrypoint}) runs, but cannot be seen without running the code. Use @Action itself.`,
      ),
      ...[...registry.unavailable(code)]
        .filter(([name]) => name.startsWith('pipeline:'))
        .map(([, { message }]) => message),
    ],
    [...none, ...dynamic, ...pipelines.list(code).flatMap(warningsOf)],
  );
}

function warningsOf({ name, findings }: PipelinePlan): string[] {
  return findings.filter(({ level }) => level === 'warning').map(({ message }) => `Pipeline '${name}': ${message}`);
}

function differencesOf(
  action: OutlinedAction,
  running: readonly ActionDefinition[],
  unavailable: ReadonlyMap<string, Error>,
): string[] {
  const { name, scanned, inputType, outputType, method } = action;
  const match = running.find(
    (known) => known.entrypoint === scanned?.entrypoint && (name === null || known.name === name),
  );
  if (!match) {
    const reason = name === null ? undefined : unavailable.get(name)?.message;
    return [reason ?? `Action '${name}' (${scanned?.entrypoint}) is in the sources and does not run.`];
  }
  const facts: [string, unknown, unknown][] = [
    ['method', method, match.method],
    ['input_type', inputType ?? undefined, match.inputTypeName],
    ['output_type', outputType ?? undefined, match.outputTypeName],
  ];
  return facts
    .filter(([, inSources, inGraph]) => inSources !== inGraph)
    .map(
      ([key, inSources, inGraph]) =>
        `Action '${match.name}' has ${key} ${said(inSources)} in its sources and ${said(inGraph)} when it runs.`,
    );
}

function said(value: unknown): string {
  return value === undefined ? 'nothing' : `'${String(value)}'`;
}

/** Forms, schemas and flags of all params and results. */
function checkSchemas(actions: readonly ActionDefinition[]): CheckResult {
  const problems = actions.flatMap(({ name, paramsType, resultType }) =>
    Object.entries({ params: paramsType, result: resultType }).flatMap(([what, type]) => {
      try {
        if (type) [uiSchemaOf, jsonSchemaOf, cliFlagsOf].forEach((make) => make(type as never));
        return [];
      } catch (thrown) {
        return [`The ${what} of action '${name}' have no schema: ${messageOf(thrown)}`];
      }
    }),
  );
  return checkResult('schemas', problems);
}

/**
 * In sync is a config.yaml that `plugin update-config` would leave as it is. One that lists no action at all leaves them to the code, as it
 * may; one that lists some is taken to be meant as the whole list.
 */
async function checkSync(outline: PluginOutline): Promise<CheckResult> {
  const { configFile } = outline;
  if (Object.keys(configFile.config.actions).length === 0) return checkResult('sync', []);
  const { changes, conflicts } = await syncConfigFile(configFile.path, discoveredOf(outline), { dryRun: true });
  const missing = Object.entries(changes).map(
    ([action, change]) => `Action '${action}': ${change}. Run \`synapse plugin update-config\`.`,
  );
  return checkResult('sync', [...conflicts.map(({ message }) => `${message}.`), ...missing]);
}
