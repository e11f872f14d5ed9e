import { createHash, getHashes } from 'node:crypto';
import type { crc32 as Crc32 } from 'node:zlib';
import { UsageError } from '../../../foundation/errors/run.errors.js';

/** The digests that can be asked for, by the names they have in configurations. */
export const HashAlgorithm = {
  Md5: 'md5',
  Sha1: 'sha1',
  Sha256: 'sha256',
  Sha512: 'sha512',
  /** SHA3-256. */
  Sha3: 'sha3',
  Sha3_512: 'sha3-512',
  /** BLAKE2b of 512 bits. */
  Blake2: 'blake2',
  /** BLAKE2s of 256 bits. */
  Blake2s: 'blake2s',
  /** Against accidents only, like xxh3: anybody can make bytes that fit it. */
  Crc32: 'crc32',
  /** XXH3 of 64 bits, in the order its own program prints. */
  Xxh3: 'xxh3',
} as const;
export type HashAlgorithm = (typeof HashAlgorithm)[keyof typeof HashAlgorithm];

/** Takes bytes one after the other, and has their digest at the end. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** The digest in lower-case hex. */
  digest(): string;
}

/** What Node's own library calls them. */
const OF_NODE: Readonly<Partial<Record<HashAlgorithm, string>>> = {
  md5: 'md5',
  sha1: 'sha1',
  sha256: 'sha256',
  sha512: 'sha512',
  sha3: 'sha3-256',
  'sha3-512': 'sha3-512',
  blake2: 'blake2b512',
  blake2s: 'blake2s256',
};
/** Hex digits of each digest. */
const HEX_LENGTHS: Readonly<Record<HashAlgorithm, number>> = {
  ...{ md5: 32, sha1: 40, sha256: 64, sha512: 128, sha3: 64, 'sha3-512': 128, blake2: 128, blake2s: 64 },
  ...{ crc32: 8, xxh3: 16 },
};

/** @throws {@link UsageError} for a word that names no algorithm, or one that this Node was built without. */
export async function createHasher(algorithm: HashAlgorithm): Promise<Hasher> {
  checkAlgorithm(algorithm);
  if (algorithm === HashAlgorithm.Crc32) return new Crc32Hasher((await import('node:zlib')).crc32);
  if (algorithm === HashAlgorithm.Xxh3) return xxh3Hasher();
  return hasherOfNode(algorithm);
}

/** How many hex digits the digest has. */
export function hexLengthOf(algorithm: HashAlgorithm): number {
  return HEX_LENGTHS[algorithm];
}

/** Words may come from JavaScript or a configuration, where no compiler has seen them. */
export function checkAlgorithm(algorithm: string): asserts algorithm is HashAlgorithm {
  if (Object.hasOwn(HEX_LENGTHS, algorithm)) return;
  const known = Object.values(HashAlgorithm).join(', ');
  throw new UsageError(`'${algorithm}' is no digest that can be calculated. Known ones: ${known}.`);
}

function hasherOfNode(algorithm: HashAlgorithm): Hasher {
  const name = OF_NODE[algorithm] ?? algorithm;
  if (!getHashes().some((known) => known.toLowerCase() === name)) {
    throw new UsageError(`This build of Node has no ${name}. Choose another digest, or another Node.`);
  }
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

class Crc32Hasher implements Hasher {
  #crc = 0;

  constructor(private readonly crc32: typeof Crc32) {}

  update(bytes: Uint8Array): void {
    this.#crc = this.crc32(bytes, this.#crc);
  }

  digest(): string {
    return this.#crc.toString(16).padStart(8, '0');
  }
}

/** Neither Node nor OpenSSL has it; loaded when it is asked for. */
async function xxh3Hasher(): Promise<Hasher> {
  const { createXXHash3 } = await import('hash-wasm');
  const hash = await createXXHash3();
  hash.init();
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}
