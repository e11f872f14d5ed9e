import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { API_KEY } from './host-application.js';

/** Both HTTP platforms of Nest; every hosting test runs on each. */
export const PLATFORMS = [
  ['fastify', () => new FastifyAdapter()],
  ['express', () => new ExpressAdapter()],
] as const;

export type CreateAdapter = (typeof PLATFORMS)[number][1];

/** An answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One server-sent event. */
export interface Message {
  readonly id: number;
  readonly type: string;
  readonly data: unknown;
}

/** A host that listens. */
export class RunningHost {
  private constructor(
    readonly app: INestApplication,
    readonly url: string,
  ) {}

  static async start(host: DynamicModule, createAdapter: CreateAdapter): Promise<RunningHost> {
    const app = await NestFactory.create(host as never, createAdapter(), { logger: false, abortOnError: false });
    await app.listen(0, '127.0.0.1');
    return new RunningHost(app, await app.getUrl());
  }

  async post(path: string, body: unknown, headers: Record<string, string> = { 'x-api-key': API_KEY }): Promise<Answer> {
    const response = await this.#fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  async get(path: string): Promise<Answer> {
    const response = await this.#fetch(path, {});
    return { status: response.status, body: await response.json() };
  }

  /** Resolves when the server has begun to answer; `messages` then reads to the end of the stream. */
  openEvents(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#fetch(path, { headers: { accept: 'text/event-stream', ...headers } });
  }

  /** Without keep-alive, since a connection that idles would hold up the end of the application. */
  #fetch(path: string, { headers, ...init }: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, { ...init, headers: { ...(headers as object), connection: 'close' } });
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** Everything that a stream of server-sent events says until it ends. */
export async function messages(response: Response): Promise<Message[]> {
  return (await response.text())
    .split('\n\n')
    .map((message) => new Map(message.trim().split('\n').map(fieldOf)))
    .filter((fields) => fields.has('data'))
    .map((fields) => ({
      id: Number(fields.get('id')),
      type: fields.get('event') ?? '',
      data: JSON.parse(fields.get('data') ?? 'null') as unknown,
    }));
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(': ');
  return [line.slice(0, colon), line.slice(colon + 2)];
}
