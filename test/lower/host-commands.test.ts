import {join} from 'node:path';
import test from 'ava';
import {projectRoot} from '../harness/tools.js';
import {lowerFolder} from './harness.js';

test('lower: preflight asserts the programs of the host that parts run, also where [system] says nothing', async (t) => {
  const {plan} = await lowerFolder(join(projectRoot, 'test/lower/cases/system-programs'));
  // Those of parts say from which part.
  const asked = plan.system.map(({name, command, origin}) => [name, command, ...(origin?.part ? [origin.line] : [])]);
  t.deepEqual(asked, [
    ['compiled', 'other-program'],
    ['redis', '/opt/redis/bin/redis-server'],
    ['memcached', 'memcached', 10],
    ['varnish-build', 'varnishd', 15],
    ['cache', 'haproxy', 23],
  ]);
});
