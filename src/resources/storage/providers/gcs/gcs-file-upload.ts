import { type FileHandle, open } from 'node:fs/promises';
import { StorageConnectionError, StorageUploadError } from '../../../../foundation/errors/storage.errors.js';
import { SynapseError } from '../../../../foundation/errors/synapse.error.js';
import { changedWhileRead, expectUnchanged, type LocalFile } from '../../transfer/local-file.js';
import { readFully } from '../../transfer/read-fully.js';
import { answeredInTime } from '../../transfer/silence.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import { factsOf, isSameSource, type UploadFacts, UploadRecord } from '../../transfer/upload-record.js';
import { FileDigest } from './file-digest.js';
import type { GcsConnection } from './gcs-connection.js';
import { lostSession, statusOf } from './gcs-failure.js';
import { type FinishedObject, GcsSession, type SessionState } from './gcs-session.js';

/** Sent at a time, kept until it has arrived. A multiple of 256 KiB, as the service wants it. */
export const PIECE_BYTES = 8 * 1024 * 1024;
/** How long a failed upload waits for the service to forget it. */
const CANCEL_LIMIT_MS = 2_000;
/** How often as long as for an answer may be waited for the end of a piece, which a slow line carries for minutes. */
export const PIECE_PATIENCE = 10;
const BAD_REQUEST = 400;
/** Answers for an object that is not there, or that credentials which may write may not look at. */
const UNSEEN = new Set([403, 404]);

/** A resumable upload, as this machine knows it. */
interface GcsUploadFacts extends UploadFacts {
  readonly session_uri: string;
}

/** One file on its way into a bucket. */
export interface GcsFileUploadInit {
  readonly connection: GcsConnection;
  /** Part of what the upload is known by. */
  readonly endpoint: string;
  readonly key: string;
  readonly file: LocalFile;
  readonly call: StorageCall;
  /** Longest silence of the service, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/** What is being sent: how far it has come is asked for where nobody knows it. */
interface Sending {
  readonly session: GcsSession;
  readonly isAdopted: boolean;
  offset: number | undefined;
}

interface SentFile {
  readonly source: FileHandle;
  readonly digest: FileDigest;
}

interface SentPiece extends SentFile {
  readonly buffer: Buffer<ArrayBuffer>;
  readonly start: number;
}

/**
 * Sends a file by a resumable upload, piece by piece. After a failure the service says what it has, and the rest is sent; so it is with the upload that a
 * process left that died, or that was to be kept. The digest of the whole goes with the last piece.
 */
export class GcsFileUpload {
  readonly #init: GcsFileUploadInit;
  readonly #record: UploadRecord<GcsUploadFacts>;
  readonly #url: string;
  #told = 0;

  constructor(init: GcsFileUploadInit) {
    const { connection, endpoint, key, file } = init;
    this.#init = init;
    this.#url = `gs://${connection.bucket.name}/${key}`;
    this.#record = new UploadRecord(['gcs', endpoint, connection.bucket.name, key, file.path]);
  }

  async run(): Promise<void> {
    const source = await open(this.#init.file.path, 'r');
    const digest = new FileDigest(source, new this.#init.connection.CRC32C());
    let sending: Sending | undefined;
    try {
      sending = this.#adopted();
      const turns = this.#init.call.turns();
      for (;;) {
        try {
          sending ??= await this.#begun();
          if (await this.#sendRest(sending, { source, digest }, () => turns.reset())) break;
          const { isAdopted } = sending;
          sending = undefined; // only from the start can it be sent
          if (!isAdopted) throw lostSession(this.#url);
        } catch (thrown) {
          if (sending) sending.offset = undefined;
          await turns.after(this.#init.call.errorOf(thrown));
        }
      }
      this.#record.discard();
    } catch (thrown) {
      await this.#leave(sending, this.#init.call.errorOf(thrown));
      throw thrown;
    } finally {
      await source.close();
    }
  }

  /** The upload of the same file, as it is now, that was left; another one's is of no use, and the service forgets it in a week. */
  #adopted(): Sending | undefined {
    const facts = this.#record.adopt();
    if (facts === undefined) return undefined;
    if (isSameSource(facts, this.#init.file)) return this.#sendingTo(facts.session_uri, true);
    this.#record.discard();
    return undefined;
  }

  async #begun(): Promise<Sending> {
    const { connection, key, file } = this.#init;
    const metadata = { contentType: file.contentType, contentLength: file.sizeBytes };
    const [uri] = await this.#answered(() => connection.bucket.file(key).createResumableUpload({ metadata }));
    this.#record.write({ session_uri: uri, ...factsOf(file) });
    return { ...this.#sendingTo(uri, false), offset: 0 };
  }

  #sendingTo(uri: string, isAdopted: boolean): Sending {
    const { bucket, isAnonymous } = this.#init.connection;
    return { session: new GcsSession(bucket, isAnonymous, uri), isAdopted, offset: undefined };
  }

  /** Sends what the service does not have; false where the service does not know it, or has made another object of it. */
  async #sendRest(sending: Sending, file: SentFile, onProgress: () => void): Promise<boolean> {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    let state: SessionState = sending.offset === undefined ? await this.#ask(sending) : { offset: sending.offset };
    for (;;) {
      if (state === undefined) return false;
      if ('object' in state) return this.#isWhole(state.object);
      this.#tell(state.offset);
      const { offset: start } = state;
      state = await this.#sendPiece(sending, { ...file, buffer, start });
      if (state === undefined || 'object' in state) continue;
      if (state.offset <= start) throw this.#broken(`the service kept nothing of the piece at byte ${start}`);
      onProgress();
    }
  }

  async #sendPiece(sending: Sending, { source, digest, buffer, start }: SentPiece): Promise<SessionState> {
    const { sizeBytes: totalBytes } = this.#init.file;
    const wanted = Math.min(PIECE_BYTES, totalBytes - start);
    const bytes = await readFully(source, buffer.subarray(0, wanted), start);
    const isLast = start + wanted === totalBytes;
    if (isLast) expectUnchanged(this.#init.file, await source.stat());
    if (bytes.length < wanted) throw changedWhileRead(this.#init.file);
    await digest.take(bytes, start);
    const place = { start, totalBytes, ...(isLast && { digest: digest.value }) };
    try {
      const state = await this.#answered((signal) => sending.session.send(bytes, place, signal), PIECE_PATIENCE);
      if (state && 'object' in state) await this.#expectSame(state.object, digest.value);
      return state;
    } catch (thrown) {
      // Of what an earlier process has sent, the bytes may be others than those of the file.
      if (sending.isAdopted && statusOf(thrown) === BAD_REQUEST) return undefined;
      throw thrown;
    }
  }

  /** The service refuses other bytes by itself; one that does not look has put them in place already. */
  async #expectSame({ crc32c, generation }: FinishedObject, digest: string): Promise<void> {
    if (crc32c === undefined || crc32c === digest) return;
    const { connection, key } = this.#init;
    await this.#answered(() => connection.bucket.file(key).delete({ ifGenerationMatch: generation }));
    throw new StorageUploadError('other bytes arrived than were sent', { target: this.#url });
  }

  /** How far it has come. One that was whole before this process came is known no more once its object was removed or replaced. */
  async #ask({ session, isAdopted }: Sending): Promise<SessionState> {
    const state = await this.#answered((signal) => session.ask(this.#init.file.sizeBytes, signal));
    if (!isAdopted || state === undefined || !('object' in state)) return state;
    return (await this.#isThere(state.object)) ? state : undefined;
  }

  async #isThere({ generation }: FinishedObject): Promise<boolean> {
    const { connection, key } = this.#init;
    try {
      const [present] = await this.#answered(() => connection.bucket.file(key).getMetadata());
      return generation !== undefined && String(present.generation) === generation;
    } catch (thrown) {
      if (UNSEEN.has(statusOf(thrown) ?? 0)) return false;
      throw thrown;
    }
  }

  /** Whether what is there is the file: an emulator may finish one before its time. */
  #isWhole({ size }: FinishedObject): boolean {
    return Number(size) === this.#init.file.sizeBytes;
  }

  #tell(offset: number): void {
    this.#init.call.meter.add(offset - this.#told);
    this.#told = offset;
  }

  /** Takes back what was sent, or keeps it for the next upload where that was asked for and may succeed. */
  async #leave(sending: Sending | undefined, error: unknown): Promise<void> {
    if (sending === undefined) return this.#record.discard();
    const isUseful = this.#init.file.keepsPartial && (!SynapseError.is(error) || error.retryable);
    if (isUseful) return this.#record.giveFree();
    this.#record.discard();
    await sending.session.cancel(AbortSignal.timeout(CANCEL_LIMIT_MS)).catch(() => undefined); // why it failed is what counts
  }

  /** @param patience - How often as long as for an answer is waited for this one. */
  #answered<T>(request: (signal: AbortSignal) => Promise<T>, patience = 1): Promise<T> {
    const { idleTimeoutMs, call, connection } = this.#init;
    const limit = { work: `upload of ${this.#url}`, limitMs: idleTimeoutMs * patience, signal: call.signal };
    return answeredInTime(limit, (signal) => connection.requests.during(signal, () => request(signal)));
  }

  #broken(reason: string): StorageConnectionError {
    return new StorageConnectionError(`upload of ${this.#url}`, reason);
  }
}
