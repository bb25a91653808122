/** Real servers on the loopback, for what fetches URLs. */
import {createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import type {ExecutionContext} from 'ava';

export interface LoopbackServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly port: number;
  /** The request lines and what was sent with them, in order. */
  readonly asked: {readonly url: string; readonly headers: IncomingMessage['headers']}[];
  /** Closes it and all its connections; a second time does nothing. */
  close(): Promise<void>;
}

/** What a path answers: a text, a status, or whatever the function does with the response. */
export type Answer = string | number | ((response: ServerResponse, request: IncomingMessage, times: number) => void);

/**
 * A server that answers by path, 404 where none is given; closed when the test ends.
 * `times` of an answer's function: how often the path was asked for, this one included.
 */
export async function serve(
  t: ExecutionContext,
  answers: Readonly<Record<string, Answer>> | RequestListener,
  setUp: (server: Server) => void = () => {},
): Promise<LoopbackServer> {
  const asked: LoopbackServer['asked'] = [];
  const times = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push({url, headers: request.headers});
    if (typeof answers === 'function') return answers(request, response);
    times.set(url, (times.get(url) ?? 0) + 1);
    const answer = answers[url] ?? 404;
    if (typeof answer === 'string') response.end(answer);
    else if (typeof answer === 'number') response.writeHead(answer).end();
    else answer(response, request, times.get(url)!);
  });
  // Tunnels too, which a server no longer counts as its own.
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  setUp(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  t.teardown(close);
  return {origin: `http://127.0.0.1:${port}`, port, asked, close};
}

/** An answer that sends the client elsewhere. */
export function redirectTo(location: string, status = 302): Answer {
  return (response) => response.writeHead(status, {location}).end();
}
