import {
  type ArgumentsHost,
  Body,
  type CanActivate,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Headers,
  HttpCode,
  Injectable,
  type MessageEvent,
  Module,
  NotFoundException,
  type OnModuleDestroy,
  Param,
  Post,
  Sse,
  UnauthorizedException,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Type } from 'class-transformer';
import { ArrayMinSize, IsString, ValidateNested } from 'class-validator';
import { from, map, type Observable } from 'rxjs';
import {
  Action,
  BaseAction,
  BackendClient,
  type ErrorKind,
  PluginRunner,
  RunHandle,
  RuntimeContext,
  SynapseError,
} from '../../../src/index.js';

export const API_KEY = 'let-me-in';

/** The host's own store of rows. Answers only while it is open, as a connection pool does. */
@Injectable()
export class Database implements OnModuleDestroy {
  readonly rows: { readonly name: string; readonly run: string }[] = [];
  isOpen = true;

  async insert(row: { readonly name: string; readonly run: string }): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (!this.isOpen) throw new Error('the pool is closed');
    this.rows.push(row);
  }

  onModuleDestroy(): void {
    this.isOpen = false;
  }
}

@Module({ providers: [Database], exports: [Database] })
export class DatabaseModule {}

/** Knows which run it works for without being told. */
@Injectable()
export class Audit {
  constructor(private readonly run: RuntimeContext) {}

  get currentRun(): string {
    return this.run.runId;
  }
}

class Item {
  @IsString()
  name!: string;
}

export class ImportParams {
  @ArrayMinSize(1)
  @ValidateNested({ each: true })
  @Type(() => Item)
  items!: Item[];
}

export class ImportResult {
  imported!: number;
}

@Action({ name: 'import', params: ImportParams, result: ImportResult })
export class ImportAction extends BaseAction<ImportParams, ImportResult> {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {
    super();
  }

  async execute(params: ImportParams, ctx: RuntimeContext): Promise<ImportResult> {
    for (const [index, { name }] of params.items.entries()) {
      await this.database.insert({ name, run: this.audit.currentRun });
      ctx.log('inserted', { name });
      ctx.setProgress(index + 1, params.items.length);
    }
    return { imported: params.items.length };
  }
}

/** Works until it is released or told to end, and then writes once more: what a clean-up does. */
@Action({ name: 'long' })
export class LongAction {
  started = Promise.withResolvers<void>();
  release = Promise.withResolvers<void>();

  constructor(private readonly database: Database) {}

  async execute(_params: object, ctx: RuntimeContext): Promise<{ rows: number }> {
    this.started.resolve();
    const told = new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
    await Promise.race([this.release.promise, told]);
    await this.database.insert({ name: ctx.signal.aborted ? 'cleaned up' : 'done', run: ctx.runId });
    ctx.signal.throwIfAborted();
    return { rows: this.database.rows.length };
  }
}

/** Never comes back, whatever it is told. */
@Action({ name: 'deaf' })
export class DeafAction {
  started = Promise.withResolvers<void>();

  execute(): Promise<never> {
    this.started.resolve();
    return new Promise(() => undefined);
  }
}

export class NoParams {}

@Injectable()
export class Probes {
  @Action({ description: 'Fails as ordinary code does' })
  fail(): never {
    throw new TypeError('no such column');
  }

  @Action({ description: 'Asks the platform for something' })
  async ask(_params: NoParams, ctx: RuntimeContext): Promise<unknown> {
    return ctx.client.get('/ping');
  }

  @Action({ description: 'Looks at the storage' })
  url(_params: NoParams, ctx: RuntimeContext): { url: string } {
    return { url: ctx.storage.getUrl('weights/a.bin') };
  }
}

/** A client that answers with what it was asked. */
@Injectable()
export class EchoBackendClient extends BackendClient {
  readonly baseUrl = 'http://127.0.0.1/echo';
  get = <T>(path: string): Promise<T> => this.answer('GET', path);
  post = <T>(path: string): Promise<T> => this.answer('POST', path);
  put = <T>(path: string): Promise<T> => this.answer('PUT', path);
  patch = <T>(path: string): Promise<T> => this.answer('PATCH', path);
  delete = <T>(path: string): Promise<T> => this.answer('DELETE', path);

  private answer<T>(method: string, path: string): Promise<T> {
    return Promise.resolve({ method, path, base: this.baseUrl } as T);
  }
}

@Injectable()
class ApiKeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    const key = headers['x-api-key'];
    if (key === undefined) throw new UnauthorizedException('Send your key as x-api-key.');
    if (key !== API_KEY) throw new ForbiddenException('This key may not run actions.');
    return true;
  }
}

const STATUS_BY_KIND: Readonly<Record<ErrorKind, number>> = {
  usage: 404,
  validation: 422,
  config: 500,
  execution: 500,
  remote: 502,
  cancelled: 409,
};
const STATUS_BY_CODE: Readonly<Record<string, number>> = { SYN_SHUTTING_DOWN: 503, SYN_RUN_TIMEOUT: 504 };

@Catch(SynapseError)
class SynapseErrorFilter implements ExceptionFilter<SynapseError> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: SynapseError, host: ArgumentsHost): void {
    const status = STATUS_BY_CODE[error.code] ?? STATUS_BY_KIND[error.kind];
    const { code, message, details } = error;
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), { code, message, details }, status);
  }
}

@UseFilters(SynapseErrorFilter)
@Controller()
export class ActionsController {
  private readonly handles = new Map<string, RunHandle>();

  constructor(
    private readonly runner: PluginRunner,
    private readonly audit: Audit,
  ) {}

  @UseGuards(ApiKeyGuard)
  @HttpCode(200)
  @Post('actions/:name')
  async run(@Param('name') action: string, @Body() params: unknown): Promise<unknown> {
    const handle = await this.runner.run({ action, params });
    return { id: handle.id, result: await handle.result() };
  }

  @UseGuards(ApiKeyGuard)
  @HttpCode(202)
  @Post('runs/:name')
  async start(@Param('name') action: string, @Body() params: unknown): Promise<{ id: string }> {
    const handle = await this.runner.run({ action, params });
    this.handles.set(handle.id, handle);
    return { id: handle.id };
  }

  @Sse('runs/:id/events')
  events(@Param('id') id: string, @Headers('last-event-id') lastEventId?: string): Observable<MessageEvent> {
    const handle = this.handles.get(id);
    if (!handle) throw new NotFoundException(`No run ${id}`);
    return from(handle.events(Number(lastEventId ?? 0))).pipe(
      map((event) => ({ id: String(event.seq), type: event.type, data: event })),
    );
  }

  @Get('who')
  who(): string {
    return this.audit.currentRun;
  }
}

/** The host: its own modules, controllers and guards, with this package among its imports. */
export function hostOf(...imports: (DynamicModule | Promise<DynamicModule>)[]): DynamicModule {
  class Host {}
  return { module: Host, imports, controllers: [ActionsController], providers: [Audit] };
}
