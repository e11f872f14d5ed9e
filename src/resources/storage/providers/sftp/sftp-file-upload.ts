import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { SynapseError } from '../../../../foundation/errors/synapse.error.js';
import { abortable } from '../../transfer/abortable.js';
import { abortableBytes } from '../../transfer/abortable-bytes.js';
import { expectUnchanged, type LocalFile } from '../../transfer/local-file.js';
import { readFully } from '../../transfer/read-fully.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import { countedBytes } from '../../transfer/storage-content.js';
import { factsOf, isSameSource, type UploadFacts, UploadRecord } from '../../transfer/upload-record.js';
import { isMissing, type RemoteFacts, SftpFolders } from './sftp-folders.js';
import type { SftpPool } from './sftp-pool.js';
import { renameOver } from './sftp-rename.js';
import type { SftpSession } from './sftp-session.js';
import { readPiece, WINDOW_BYTES } from './sftp-streams.js';
import { clearAfterFailure, closeHandle, nameBeside, openNew, writeAndClose } from './sftp-writing.js';

/** Smaller files are sent from their start: what came of them is within the window that is sent again. */
export const RESUMED_BYTES = 2 * WINDOW_BYTES;
/** So much of what is there is compared with the file. */
const COMPARED_BYTES = 32 * 1024;
const PIECE_BYTES = 1024 * 1024;

/** An upload as this machine knows it. */
interface SftpUploadFacts extends UploadFacts {
  /** Path of the hidden file on the server. */
  readonly unfinished: string;
}

/** One file on its way to a server. */
export interface SftpFileUploadInit {
  readonly pool: SftpPool;
  readonly root: string;
  /** What the upload is known by on this machine. */
  readonly identity: readonly string[];
  readonly key: string;
  readonly file: LocalFile;
  readonly call: StorageCall;
}

/** A hidden file on the server, and the byte from which on it is written. */
interface OpenedRest {
  readonly handle: Buffer;
  readonly start: number;
}

/**
 * Writes a file beside its place. After a failure it goes on behind what is there, so it is with what a process left that died, or an upload that was to be
 * kept. Pieces may arrive in any order, so the last window of them is sent again; before it, some bytes are compared.
 */
export class SftpFileUpload {
  readonly #init: SftpFileUploadInit;
  readonly #record: UploadRecord<SftpUploadFacts>;
  #path = '';
  #unfinished: string | undefined;
  #furthest = 0;

  constructor(init: SftpFileUploadInit) {
    this.#init = init;
    this.#record = new UploadRecord([...init.identity, init.file.path]);
  }

  async run(): Promise<void> {
    const { call, pool } = this.#init;
    try {
      await this.#adopt();
      const turns = call.turns();
      for (let before = 0; ; before = this.#furthest) {
        try {
          call.signal?.throwIfAborted();
          await pool.use((session) => this.#send(session));
          break;
        } catch (thrown) {
          if (this.#furthest > before) turns.reset();
          await turns.after(call.errorOf(thrown));
        }
      }
      this.#record.discard();
    } catch (thrown) {
      await this.#leave(call.errorOf(thrown));
      throw thrown;
    }
  }

  /** Takes over what was left of the same file, as it is now. */
  async #adopt(): Promise<void> {
    const facts = this.#record.adopt();
    if (facts === undefined) return;
    if (isSameSource(facts, this.#init.file)) this.#unfinished = facts.unfinished;
    else {
      this.#record.discard();
      await clearAfterFailure(this.#init.pool, { unfinished: facts.unfinished });
    }
  }

  async #send(session: SftpSession): Promise<void> {
    const { root, key, file, call } = this.#init;
    const folders = new SftpFolders(session, root);
    await abortable(call.signal, async () => {
      this.#path = await folders.checkedPath(key);
      await this.#write(session, await this.#opened(session, folders));
    });
    expectUnchanged(file, await stat(file.path));
    call.signal?.throwIfAborted(); // the last moment at which nothing has happened
    await renameOver(session, this.#unfinished ?? '', this.#path);
  }

  async #opened(session: SftpSession, folders: SftpFolders): Promise<OpenedRest> {
    const left = this.#unfinished === undefined ? undefined : await this.#left(session, this.#unfinished);
    if (left) return left;
    const unfinished = nameBeside(this.#path);
    this.#unfinished = unfinished;
    this.#record.write({ unfinished, ...factsOf(this.#init.file) });
    return { handle: await openNew(session, folders, unfinished), start: 0 };
  }

  /** What is there, if it can be gone on with. */
  async #left(session: SftpSession, unfinished: string): Promise<OpenedRest | undefined> {
    const facts = await session
      .ask<RemoteFacts>((wire, answer) => wire.lstat(unfinished, answer))
      .catch((thrown: unknown) => {
        if (!isMissing(thrown)) throw thrown;
      });
    if (facts?.isFile() !== true || facts.size > this.#init.file.sizeBytes) {
      await clearAfterFailure(this.#init.pool, { unfinished });
      return undefined;
    }
    const handle = await session.ask<Buffer>((wire, answer) => wire.open(unfinished, 'r+', answer));
    try {
      const start = Math.max(0, facts.size - WINDOW_BYTES);
      return { handle, start: (await this.#isSameBefore(session, handle, start)) ? start : 0 };
    } catch (thrown) {
      await closeHandle(session, handle).catch(() => undefined);
      throw thrown;
    }
  }

  async #isSameBefore(session: SftpSession, handle: Buffer, end: number): Promise<boolean> {
    const length = Math.min(end, COMPARED_BYTES);
    const there = await readPiece(session, handle, end - length, length);
    const source = await open(this.#init.file.path, 'r');
    try {
      return (await readFully(source, Buffer.allocUnsafe(length), end - length)).equals(there);
    } finally {
      await source.close();
    }
  }

  async #write(session: SftpSession, { handle, start }: OpenedRest): Promise<void> {
    const { call, file } = this.#init;
    this.#furthest = Math.max(this.#furthest, start);
    call.meter.restart();
    if (start > 0) call.meter.add(start);
    const stream = createReadStream(file.path, { start, highWaterMark: PIECE_BYTES });
    const body = countedBytes(stream as AsyncIterable<Buffer>, call, file.sizeBytes - start);
    const bytes = abortableBytes(body, call.signal);
    await call.during(stream, () => writeAndClose(session, handle, { bytes, start }));
  }

  /** Takes back what was sent, or keeps it for the next upload where that was asked for and may succeed. */
  async #leave(error: unknown): Promise<void> {
    if (this.#unfinished === undefined) return;
    const isUseful = this.#init.file.keepsPartial && (!SynapseError.is(error) || error.retryable);
    if (isUseful) this.#record.giveFree();
    else this.#record.discard();
    const path = this.#path === '' ? undefined : this.#path;
    await clearAfterFailure(this.#init.pool, { path, ...(!isUseful && { unfinished: this.#unfinished }) });
  }
}
