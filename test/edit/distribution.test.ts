import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import {addDistribution, type EditRequest, removeDistribution} from '../../compiler/edit/distribution.js';
import type {Io} from '../../compiler/io.js';
import type {Source} from '../../compiler/model/source.js';
import {nodeIo} from '../../compiler/node-io.js';
import {text} from '../../compiler/util/text.js';
import {testWith} from '../harness/test-with.js';
import {toolBox} from '../harness/tools.js';
import {plan, request, resolved} from '../lock/profile.js';

const uv = await toolBox('uv');
const io: Io = {...nodeIo, env: {...process.env, CFGC_UV: uv.bin('uv')}};

const versions = [
  'Flask = 3.1.0',
  'Werkzeug = 3.1.3',
  'Jinja2 = 3.1.6',
  'MarkupSafe = 3.0.2',
  'blinker = 1.9.0',
].concat(['click = 8.1.8', 'itsdangerous = 2.2.0']);

/** A profile whose part `web` has Flask, and a custom file beside it that has `eggs` of its own. */
function edit(distribution: string, custom: string, pins = versions, eggs: readonly string[] = ['Flask']): EditRequest {
  const file: Source = {name: 'custom.cfg', path: '/profile/custom.cfg', text: custom};
  const {sources} = request(eggs, pins);
  const whole = plan(['Flask']);
  const entries = whole.entries.map((entry) =>
    entry.kind !== 'environment'
      ? entry
      : {
          ...entry,
          requirements: [
            ...entry.requirements,
            ...eggs
              .slice(1)
              .map((text) => ({name: text.toLowerCase(), text, origin: {part: 'web', file: 'custom.cfg', line: 1}})),
          ],
        },
  );
  const profile = resolved(sources[0]!, pins);
  const span = {source: sources[0]!, start: 0, end: 0};
  const history = [{operation: 'set' as const, value: 'Flask', span, from: 'file' as const}];
  const web = {name: 'web', options: new Map([['eggs', {name: 'eggs', value: text('Flask'), raw: 'Flask', history}]])};
  return {
    distribution,
    file,
    resolved: {...profile, sections: new Map([...profile.sections, ['web', web]])},
    plan: {...whole, entries},
  };
}

async function run(work: typeof addDistribution, wanted: EditRequest) {
  const diagnostics: Diagnostic[] = [];
  const edited = await work(wanted, io, (diagnostic) => diagnostics.push(diagnostic));
  return {edited, ids: diagnostics.map(({kind}) => kind.id), diagnostics};
}

const empty = '# Ours.\n\n[web]\neggs +=\n    gunicorn\n';

testWith(uv)('edit: add writes the egg, and pins for what it needs and nothing pins', async (t) => {
  const {edited, ids} = await run(addDistribution, edit('Flask-Login', empty));
  t.deepEqual(ids, []);
  t.is(edited!.section, 'web');
  t.deepEqual(
    edited!.pins.map(({name}) => name),
    ['Flask-Login'],
  );
  t.regex(
    edited!.text,
    /^# Ours\.\n\n\[web\]\neggs \+=\n {4}gunicorn\n {4}Flask-Login\n\n\[versions\]\nFlask-Login = [\d.]+\n$/,
  );
});

testWith(uv)('edit: add takes the versions that fit the pins', async (t) => {
  // Flask-Login 0.6.3 and later want Werkzeug >= 1.0.1; the pins are older than all of the newest releases here.
  const old = [
    'Flask = 1.1.4',
    'Werkzeug = 1.0.1',
    'Jinja2 = 2.11.3',
    'MarkupSafe = 3.0.2',
    'click = 7.1.2',
    'itsdangerous = 1.1.0',
  ];
  const {edited, ids} = await run(addDistribution, edit('Flask-WTF', empty, old));
  t.deepEqual(ids, []);
  t.deepEqual(edited!.pins.map(({name}) => name).sort(), ['Flask-WTF', 'wtforms']);
  t.notRegex(edited!.text, /werkzeug/i);
});

testWith(uv)('edit: add with a version, and a version that does not fit', async (t) => {
  const {edited} = await run(addDistribution, edit('Flask-Login==0.6.2', empty));
  t.regex(edited!.text, /\n {4}Flask-Login\n/);
  t.regex(edited!.text, /\nFlask-Login = 0\.6\.2\n/);
  t.deepEqual((await run(addDistribution, edit('Flask-Login==99.0', empty))).ids, ['CFG604']);
  t.deepEqual((await run(addDistribution, edit('no such', empty))).ids, ['CFG613']);
});

testWith(uv)('edit: add finds whose eggs are meant, or asks', async (t) => {
  const {edited} = await run(addDistribution, edit('Flask-Login', '# nothing yet\n'));
  t.is(edited!.section, 'web');
  const wanted = edit('Flask-Login', '');
  t.deepEqual((await run(addDistribution, {...wanted, plan: {...wanted.plan, entries: []}})).ids, ['CFG611']);
  t.is((await run(addDistribution, {...wanted, section: 'site'})).edited!.section, 'site');
});

testWith(uv)('edit: remove takes the egg and the pins that nothing needs any more', async (t) => {
  const custom =
    '[web]\neggs +=\n    Flask-WTF\n# kept\n\n[versions]\nFlask-WTF = 1.2.2\nwtforms = 3.2.1\nclick = 8.1.8\n';
  const pins = [...versions, 'Flask-WTF = 1.2.2', 'wtforms = 3.2.1'];
  const {edited, ids} = await run(removeDistribution, edit('flask_wtf', custom, pins, ['Flask', 'Flask-WTF']));
  t.deepEqual(ids, []);
  t.is(edited!.text, '[web]\n# kept\n\n[versions]\nclick = 8.1.8\n');
  t.deepEqual(
    edited!.pins.map(({name}) => name),
    ['Flask-WTF', 'wtforms'],
  );
});

testWith(uv)('edit: remove of what another file has is an error that names the file', async (t) => {
  const {ids, diagnostics} = await run(removeDistribution, edit('Flask', empty));
  t.deepEqual(ids, ['CFG612']);
  t.deepEqual(diagnostics[0]!.notes, ['`prod.cfg` has it']);
});
