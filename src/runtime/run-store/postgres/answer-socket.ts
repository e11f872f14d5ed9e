import { Socket } from 'node:net';

/** More than the answers to a statement that only writes take; rows are read in several pieces. */
const BUFFER_BYTES = 16 * 1024;

/** What the driver says of a connection that it needs a socket for. */
export interface SocketNeeds {
  /** Anything but false where it is to be encrypted. */
  readonly ssl?: unknown;
}

/** A socket for a connection of the driver. One that is encrypted is read by TLS, which does so in its own way. */
export function socketFor(needs?: SocketNeeds): Socket {
  return needs?.ssl === false ? answerSocket() : new Socket();
}

/**
 * A socket that reads into the same memory each time, and hands out copies of what came.
 *
 * Node sets 64 KiB aside for each read else, and has each go through a stream: for the forty bytes that a commit is answered with, that is
 * 6 % of this process's time.
 */
function answerSocket(): Socket {
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const socket: Socket = new Socket({
    onread: {
      buffer,
      callback: (bytes) => {
        // A copy, since the driver keeps the beginning of a message until the rest is there.
        socket.emit('data', Buffer.from(buffer.subarray(0, bytes)));
        return true; // to go on
      },
    },
  });
  return socket;
}
