import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import type { NewServeApplication, PlatformRecord } from '../../../resources/clients/backend/platform-records.js';
import { LogLevel } from '../../../foundation/config/enums.js';
import { NoteSecretError } from '../../../foundation/errors/durability.errors.js';
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
  /** The application that is changed in place: what of it is changed back. */
  readonly before?: PlatformRecord;
  /** Fields of it that hold a secret, which is kept with no run. They cannot be changed back by another process. */
  readonly withheld?: readonly string[];
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
    const notes = await firstOf(notesOf(context));
    if (!notes) return;
    if (notes.before) await restore(context, notes.before, notes.withheld ?? []);
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
  const noted = await firstOf(notes);
  const known = noted ?? { known: found.map(({ id }) => id), before: found[0] && changeable(found[0]) };
  if (!noted) await addWithoutSecrets(notes, known);
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

function changeable(application: PlatformRecord): PlatformRecord {
  const fields = FIELDS.filter((field) => field in application).map((field) => [field, application[field]] as const);
  return { id: application.id, ...Object.fromEntries(fields) };
}

/** Changes an application back, as far as is known how it was. */
async function restore(
  { runtimeCtx }: DeploymentContext,
  { id, ...fields }: PlatformRecord,
  withheld: readonly string[],
): Promise<void> {
  await runtimeCtx.client.updateServeApplication(id, fields);
  if (withheld.length === 0) return;
  runtimeCtx.logger.log(LogLevel.Warning, 'serve_application_not_restored', { id, fields: withheld });
}

/** What was noted before the first change. The process that has noted it finds it whole, others without its secrets. */
async function firstOf(notes: StepNotes<RegistrationNotes>): Promise<RegistrationNotes | undefined> {
  for await (const note of notes.entries()) return note;
  return undefined;
}

async function addWithoutSecrets(notes: StepNotes<RegistrationNotes>, note: RegistrationNotes): Promise<void> {
  try {
    await notes.add(note);
  } catch (error) {
    if (!(error instanceof NoteSecretError) || !note.before) throw error;
    const holding = error.paths.map((path) => /^note\.before\.(\w+)/.exec(path)?.[1]);
    const withheld = FIELDS.filter((field) => holding.includes(field));
    if (withheld.length === 0) throw error;
    const kept = Object.entries(note.before).filter(([field]) => !(withheld as string[]).includes(field));
    await notes.add({ ...note, before: { id: note.before.id, ...Object.fromEntries(kept) }, withheld });
  }
}

function notesOf(context: DeploymentContext): StepNotes<RegistrationNotes> {
  return new StepNotes('serve', context);
}
