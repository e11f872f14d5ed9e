import { hasSubscribers } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OutgoingRequests } from './outgoing-requests.js';

describe(OutgoingRequests, () => {
  const requests = new OutgoingRequests();
  let server: Server;
  /** Of the requests, none of which is answered. */
  let sockets: Socket[];
  beforeEach(async () => {
    sockets = [];
    server = createServer(({ socket }) => void sockets.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** As a library does it that takes no signal: its promise knows only of answers and errors. */
  async function ask(): Promise<void> {
    const request = get({ port: (server.address() as AddressInfo).port, agent: false });
    await once(request, 'response');
  }

  it('ends the requests of a piece of work, and those of no other', async () => {
    const abort = new AbortController();
    const work = requests.during(abort.signal, ask);
    await once(server, 'request');
    const others = [ask(), requests.during(new AbortController().signal, ask)].map((other) =>
      other.catch(() => 'late'),
    );
    while (sockets.length < 3) await once(server, 'request');
    abort.abort();

    await expect(work).rejects.toMatchObject({ code: 'ECONNRESET' });
    while (sockets[0]?.destroyed === false) await nextTurn();
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
    server.closeAllConnections();
    expect(await Promise.all(others)).toEqual(['late', 'late']);
  });

  it('ends also what the work asks for once nobody waits any more', async () => {
    const abort = new AbortController();
    const work = requests.during(abort.signal, async () => {
      abort.abort();
      await nextTurn(); // as for a token
      await ask();
    });

    await expect(work).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('listens to the requests of the process only while it has work', async () => {
    const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const works = ends.map(({ promise }) => requests.during(new AbortController().signal, () => promise));
    const isListening = (): boolean => hasSubscribers('http.client.request.created');

    expect(isListening()).toBe(true);
    ends[0]?.resolve();
    await works[0];
    expect(isListening()).toBe(true);
    ends[1]?.resolve();
    await works[1];
    expect(isListening()).toBe(false);
  });
});
