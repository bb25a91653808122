/** Ports for servers that a test starts, which nothing else on this machine takes before the server does. */
import {createSocket} from 'node:dgram';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:net';

/** What Linux gives to clients where it does not say. */
const usualEphemeral: readonly [number, number] = [32_768, 60_999];
const lowest = 10_000;
const highest = 65_000;

/**
 * A TCP port of the loopback for a server that starts later.
 *
 * A port that the system picks (`listen(0)`) is one that it also gives to the next client, so it may be taken before
 * the server listens. These are from outside that range, and held against other test processes by a UDP socket of the
 * same number: it is in no server's way, and ends with its process.
 */
export async function freePort(): Promise<number> {
  const [first, last] = ephemeralPorts();
  const below = Math.max(first - lowest, 0);
  const above = Math.max(highest - last, 0);
  for (let tries = 0; tries < 1000; tries += 1) {
    const index = Math.floor(Math.random() * (below + above));
    const port = index < below ? lowest + index : last + 1 + index - below;
    if ((await hold(port)) && (await listens(port))) return port;
  }
  throw new Error('no port is free');
}

function ephemeralPorts(): readonly [number, number] {
  try {
    const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    return [first!, last!];
  } catch {
    return usualEphemeral;
  }
}

/** Whether the number is now this process's own; it stays so to its end. */
function hold(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.unref();
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({port, address: '127.0.0.1', exclusive: true}, () => resolve(true));
  });
}

/** Whether a server could listen there: on every address, as some do. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({port, host: '0.0.0.0', exclusive: true}, () => server.close(() => resolve(true)));
  });
}
