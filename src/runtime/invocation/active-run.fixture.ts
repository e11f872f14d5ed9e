import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IntegrationRegistry } from '../../authoring/integrations/integration-registry.js';
import { EventFlusher } from '../../authoring/reporting/event-flusher.js';
import { RunEventStream } from '../../authoring/reporting/run-event-stream.js';
import { PluginEnvironment } from '../../foundation/environment/plugin-environment.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import { definitionOf } from '../discovery/action-definition.fixture.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import type { RunRecord } from '../run-store/run-record.js';
import { ActiveRun, type ActiveRunInit } from './active-run.js';

/** A run that nobody has started yet, and the store that its events go to. */
export interface PreparedRun {
  readonly run: ActiveRun;
  readonly store: MemoryRunStore;
}

/** A run as the runner makes it, for specs of what happens to it next. */
export function preparedRun(
  definition: Partial<ActionDefinition> = {},
  init: Partial<ActiveRunInit> = {},
): PreparedRun {
  const id = randomUUID();
  const known = definitionOf(definition);
  const record: RunRecord = {
    id,
    plugin: known.plugin,
    action: known.name,
    mode: 'local',
    status: 'running',
    attempt: 1,
    params: {},
    idempotency_key: id,
    created_at: Date.now(),
  };
  const store = new MemoryRunStore();
  store.create(record);
  const run = new ActiveRun({
    record,
    definition: known,
    params: {},
    stream: new RunEventStream({ runId: id, attempt: 1, sink: store, flusher: new EventFlusher() }),
    env: new PluginEnvironment(),
    ports: {},
    integrations: new IntegrationRegistry(),
    workRoot: join(tmpdir(), 'synapse-spec-work'),
    ...init,
  });
  return { run, store };
}
