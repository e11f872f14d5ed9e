import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../../foundation/errors/run.errors.js';

/** Where a {@link PipelineContext} lies. */
export interface PipelineContextOptions {
  /** Names the pipeline. */
  readonly pipelineId: string;
  /** Names the run. @defaultValue 12 random hex digits */
  readonly runId?: string;
  /** Folder that the others are made in. @defaultValue `synapse-<user id>/pipelines` in the system's folder for temporary files */
  readonly basePath?: string;
  /** For whoever uses the context; nothing reads it. @defaultValue `{}` */
  readonly metadata?: Record<string, unknown>;
}

/**
 * The folders that the actions of one pipeline run share. Each is made on first use, below one folder of the run; no name leads out of
 * there.
 */
export class PipelineContext {
  readonly pipelineId: string;
  readonly runId: string;
  readonly basePath: string;
  readonly metadata: Record<string, unknown>;
  readonly #directory: string;

  /** Makes the run's folder. @throws {@link UsageError} for an id that names no folder of its own: empty, `.` or `..`. */
  constructor(options: PipelineContextOptions) {
    this.pipelineId = options.pipelineId;
    this.runId = options.runId ?? randomBytes(6).toString('hex');
    this.basePath = resolve(options.basePath ?? defaultBasePath());
    this.metadata = options.metadata ?? {};
    const pipeline = folderName('pipelineId', this.pipelineId);
    this.#directory = join(this.basePath, pipeline, folderName('runId', this.runId));
    this.#made();
  }

  /** Absolute path of the run's folder. */
  get workDir(): string {
    return this.#made();
  }
  get datasetsDir(): string {
    return this.#made('datasets');
  }
  get modelsDir(): string {
    return this.#made('models');
  }
  get artifactsDir(): string {
    return this.#made('artifacts');
  }
  get logsDir(): string {
    return this.#made('logs');
  }
  get checkpointsDir(): string {
    return this.#made('checkpoints');
  }

  /** The folder of one action. @throws {@link UsageError} for a name that is empty, `.` or `..`. */
  getActionDir(name: string): string {
    return this.#made('actions', folderName('The name of an action', name));
  }

  /** Removes the run's folder with everything in it, and nothing else. May be called again. */
  cleanup(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #made(...parts: string[]): string {
    const directory = join(this.#directory, ...parts);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return directory;
  }
}

/** One name, whatever it holds: `/` and the like become `%2f`, so that different names stay different and none is a path. */
function folderName(what: string, name: string): string {
  if (typeof name !== 'string' || name === '' || name === '.' || name === '..') {
    throw new UsageError(`${what} must name a folder of its own, got ${JSON.stringify(name)}.`, { details: { name } });
  }
  return name.replaceAll(/[^\w.-]/gu, (sign) => `%${Buffer.from(sign).toString('hex')}`);
}

/** A folder of the user's own: on a shared machine, the first user's would be closed to the others. */
function defaultBasePath(): string {
  return join(tmpdir(), `synapse-${process.getuid?.() ?? 'user'}`, 'pipelines');
}
