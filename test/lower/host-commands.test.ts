import {join} from 'node:path';
import test from 'ava';
import {projectRoot} from '../harness/tools.js';
import {lowerFolder} from './harness.js';

test('lower: preflight asserts the programs of the host that parts run, also where [system] says nothing', async (t) => {
  const {plan} = await lowerFolder(join(projectRoot, 'test/lower/cases/system-programs'));
  t.deepEqual(plan.system, [
    {name: 'compiled', command: 'other-program'},
    {name: 'redis', command: '/opt/redis/bin/redis-server'},
    {name: 'memcached', command: 'memcached'},
    {name: 'varnish-build', command: 'varnishd'},
    {name: 'cache', command: 'haproxy'},
  ]);
});
