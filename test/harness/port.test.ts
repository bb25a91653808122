import {createServer} from 'node:net';
import test from 'ava';
import {freePort} from './port.js';
import {execute} from './tools.js';

test('port: a hundred ports, asked for at once, are a hundred', async (t) => {
  const ports = await Promise.all(Array.from({length: 100}, freePort));
  t.is(new Set(ports).size, 100);
});

test('port: a server can listen at one, and another process is not given it', async (t) => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => void server.close());
  const taken = `import {createSocket} from 'node:dgram';
    const socket = createSocket('udp4');
    socket.once('error', ({code}) => { console.log(code); process.exit(); });
    socket.bind({port: ${port}, address: '127.0.0.1', exclusive: true}, () => { console.log('free'); process.exit(); });`;
  t.is((await execute([process.execPath, '--input-type=module', '-e', taken])).stdout, 'EADDRINUSE\n');
});
