/** What the records of a zip say of one member. */
export interface ZipMember {
  readonly name: Buffer;
  /** 0 for stored, 8 for deflated. */
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Type and permissions, as Unix has them. */
  readonly mode: number;
  readonly offset: number;
  /** Whether the sizes of its local header are 64 bits wide. */
  readonly isWide: boolean;
}

/** First number that 32 bits do not hold, or stands for one that lies elsewhere. */
export const WIDE_FROM = 0xffff_ffff;
const MANY_MEMBERS_FROM = 0xffff;
/** 1980-01-01 00:00, the first day that a zip knows: the same for every member, so that equal files give equal bytes. */
const FIRST_DAY = 0x0021;
const UTF8_NAME = 0x0800;
const MADE_ON_UNIX = 3 << 8;

/** The record in front of a member's bytes. */
export function localHeader(member: ZipMember): Buffer {
  const { name, isWide } = member;
  const header = Buffer.alloc(30 + name.length + (isWide ? 20 : 0));
  header.writeUInt32LE(0x0403_4b50, 0);
  header.writeUInt16LE(versionFor(isWide), 4);
  writeFacts(header, 6, member, isWide);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(isWide ? 20 : 0, 28);
  name.copy(header, 30);
  if (isWide) writeWide(header, 30 + name.length, [member.size, member.compressedSize]);
  return header;
}

/** The record of a member in the list at the end. */
export function directoryEntry(member: ZipMember): Buffer {
  const { name, offset } = member;
  const wide = [member.size, member.compressedSize, offset].some((value) => value >= WIDE_FROM) || member.isWide;
  const entry = Buffer.alloc(46 + name.length + (wide ? 28 : 0));
  entry.writeUInt32LE(0x0201_4b50, 0);
  entry.writeUInt16LE(MADE_ON_UNIX | versionFor(wide), 4);
  entry.writeUInt16LE(versionFor(wide), 6);
  writeFacts(entry, 8, member, wide);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(wide ? 28 : 0, 30);
  entry.writeUInt32LE((member.mode << 16) >>> 0, 38);
  entry.writeUInt32LE(wide ? WIDE_FROM : offset, 42);
  name.copy(entry, 46);
  if (wide) writeWide(entry, 46 + name.length, [member.size, member.compressedSize, offset]);
  return entry;
}

/** The records behind the list of `count` members that begins at `offset` and has `size` bytes. */
export function directoryEnd(count: number, offset: number, size: number): Buffer {
  const isWide = count >= MANY_MEMBERS_FROM || offset >= WIDE_FROM || size >= WIDE_FROM;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(isWide ? MANY_MEMBERS_FROM : count, 8);
  end.writeUInt16LE(isWide ? MANY_MEMBERS_FROM : count, 10);
  end.writeUInt32LE(isWide ? WIDE_FROM : size, 12);
  end.writeUInt32LE(isWide ? WIDE_FROM : offset, 16);
  return isWide ? Buffer.concat([wideEnd(count, offset, size), end]) : end;
}

function wideEnd(count: number, offset: number, size: number): Buffer {
  const record = Buffer.alloc(56 + 20);
  record.writeUInt32LE(0x0606_4b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(MADE_ON_UNIX | versionFor(true), 12);
  record.writeUInt16LE(versionFor(true), 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  record.writeUInt32LE(0x0706_4b50, 56);
  record.writeBigUInt64LE(BigInt(offset + size), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

/** The part that both records share: flags, method, time, digest and sizes. */
function writeFacts(target: Buffer, at: number, member: ZipMember, isWide: boolean): void {
  target.writeUInt16LE(UTF8_NAME, at);
  target.writeUInt16LE(member.method, at + 2);
  target.writeUInt16LE(FIRST_DAY, at + 6);
  target.writeUInt32LE(member.crc, at + 8);
  target.writeUInt32LE(isWide ? WIDE_FROM : member.compressedSize, at + 12);
  target.writeUInt32LE(isWide ? WIDE_FROM : member.size, at + 16);
}

function writeWide(target: Buffer, at: number, values: readonly number[]): void {
  target.writeUInt16LE(1, at);
  target.writeUInt16LE(values.length * 8, at + 2);
  values.forEach((value, index) => target.writeBigUInt64LE(BigInt(value), at + 4 + index * 8));
}

function versionFor(isWide: boolean): number {
  return isWide ? 45 : 20;
}
