import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import type { NewServeApplication, PlatformRecord } from '../../../resources/clients/backend/platform-records.js';
import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import { StepNotes } from '../work/step-notes.js';
import type { DeploymentContext } from './deployment-context.js';

/** Tells the platform; resolves to the application's id there. */
export type ApplicationRegistration<P> = (context: DeploymentContext<P>) => Promise<number | undefined>;

/** What was there before, so that it can be again. */
interface RegistrationNotes {
  /** Ids of the applications of this name before; what is there besides them is ours. */
  readonly known: readonly number[];
  /** The application that is changed in place. */
  readonly before?: PlatformRecord;
}

/** What of an application is changed, and changed back. */
const FIELDS = ['name', 'plugin_release', 'action', 'params', 'num_replicas'] as const;

/** Tells the platform about the application, and leaves its id in `context.serveAppId`. */
export class RegisterStep<P = unknown> extends BaseStep<DeploymentContext<P>> {
  override readonly name = 'register';
  override readonly progressWeight = 0.2;
  readonly #register: ApplicationRegistration<P>;

  constructor(register: ApplicationRegistration<P>) {
    super();
    this.#register = register;
  }

  override async execute(context: DeploymentContext<P>): Promise<StepResult> {
    context.serveAppId = await this.#register(context);
    return context.serveAppId === undefined ? StepResult.skipped() : StepResult.ok({ id: context.serveAppId });
  }

  override async rollback(context: DeploymentContext<P>): Promise<void> {
    const { client } = context.runtimeCtx;
    const notes = await notesOf(context).last();
    if (!notes) return;
    if (notes.before) await client.updateServeApplication(notes.before.id, changeable(notes.before));
    for (const { id } of await applicationsOf(client, context.serveAppName)) {
      if (!notes.known.includes(id)) await client.deleteServeApplication(id);
    }
    context.serveAppId = undefined;
  }
}

/** Makes the application known, or changes the one that has its name; which it was is noted for the undo first. */
export async function registerApplication(context: DeploymentContext, data: NewServeApplication): Promise<number> {
  const { client } = context.runtimeCtx;
  const { signal } = context;
  const notes = notesOf(context);
  const found = await applicationsOf(client, data.name);
  const noted = await notes.last();
  const known = noted ?? { known: found.map(({ id }) => id), before: found[0] };
  if (!noted) await notes.add(known);
  // After a crash, what is there may be what this step has made.
  const own = known.before ?? found.find(({ id }) => !known.known.includes(id));
  const application = own
    ? await client.updateServeApplication(own.id, data, { signal })
    : await client.createServeApplication(data, { signal, headers: { 'idempotency-key': context.idempotencyKey } });
  return application.id;
}

/** The platform may not filter by a name that it does not know as a filter, so the names are looked at here as well. */
async function applicationsOf(client: BackendClient, name: string): Promise<PlatformRecord[]> {
  const found: PlatformRecord[] = [];
  for await (const one of client.listServeApplications({ name })) if (one['name'] === name) found.push(one);
  return found;
}

function changeable(application: PlatformRecord): Partial<NewServeApplication> {
  return Object.fromEntries(FIELDS.filter((field) => field in application).map((field) => [field, application[field]]));
}

function notesOf(context: DeploymentContext): StepNotes<RegistrationNotes> {
  return new StepNotes('serve', context);
}
