/** Parts that their own recipe builds: the real zc.buildout, recipes of this test, and what holds them to the release. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {makeHost} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {type Ran, shells, toolBox} from '../harness/tools.js';

const box = await toolBox('buildout');

/** One recipe that does what its option `code` says when the part is installed. */
const recipe = `
import os, socket, subprocess
class Recipe:
    def __init__(self, buildout, name, options):
        self.buildout, self.name, self.options = buildout, name, options
    def install(self):
        exec(self.options['code'])
        return ()
    update = install
`;

interface Built {
  readonly ran: Ran;
  readonly prefix: string;
  /** A file of the release, where it is there. */
  read(path: string): string | undefined;
}

/** Builds a part of which only the code differs: its box is a virtualenv that sees the distributions of zc.buildout. */
async function build(code: string, options: Readonly<Record<string, string>> = {}): Promise<Built> {
  const host = await makeHost();
  const words = Object.entries({recipe: 'test.recipe', ...options, code}).flat();
  const ran = await host.call(
    shells().present[0]!,
    `environment_install() {
      ${box.python} -m venv --without-pip "$1" || return
      site=$("$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
      ${box.python} -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$site/box.pth"
      mkdir "$site/test_recipe-2.0.dist-info"
      printf 'Metadata-Version: 2.1\\nName: test.recipe\\nVersion: 2.0\\n' >"$site/test_recipe-2.0.dist-info/METADATA"
      printf '[zc.buildout]\\ndefault = test_recipe:Recipe\\n' >"$site/test_recipe-2.0.dist-info/entry_points.txt"
      cat >"$site/test_recipe.py" <<'RECIPE'
${recipe}
RECIPE
    }
    mkdir -p "$BIN" "$ETC" "$LIB" "$SHARE" "$STATE" "$DATA"
    echo kept >"$ETC/app.conf"
    bridge_build`,
    {
      release: {
        version: '1.0.0',
        data: `environment_requirements() { echo 'test-recipe==2.0 --hash=sha256:0'; }
each_bridge() {
    "$@" note ${words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')}
}`,
      },
    },
  );
  const release = join(host.prefix, 'releases/1.0.0');
  return {
    ran,
    prefix: host.prefix,
    read: (path) => (existsSync(join(release, path)) ? readFileSync(join(release, path), 'utf8') : undefined),
  };
}

testWith(box)('bridge: a recipe writes into the release, from the options as they were resolved', async (t) => {
  const {ran, read} = await build(
    `
where = self.buildout['buildout']
with open(os.path.join(where['parts-directory'], 'note.txt'), 'w') as out: out.write(self.options['text'])
os.makedirs(os.path.join(where['directory'], 'share/deep/er'), exist_ok=True)
os.symlink('../etc/note.txt', os.path.join(where['bin-directory'], 'link'))
os.makedirs('/', exist_ok=True)
`,
    {text: "a 'quoted' $value\nof two lines"},
  );
  t.is(ran.status, 0, ran.stderr);
  t.is(read('etc/note.txt'), "a 'quoted' $value\nof two lines");
  t.is(read('etc/app.conf'), 'kept\n');
  t.is(read('lib/bridge/written'), 'note\tbin/link\nnote\tetc/note.txt\n');
  t.regex(ran.stderr + ran.stdout, /part note wrote etc\/note\.txt/);
});

/** What a recipe tries, and the words with which the build stops. `outside` is a file that must not be there afterwards. */
const refused: Readonly<Record<string, {code: string; words: RegExp}>> = {
  'that writes elsewhere': {
    code: `open(os.path.join(self.buildout['buildout']['directory'], '../../outside'), 'w')`,
    words: /refused: it writes \/.*\/srv\/outside, which is outside of the release/,
  },
  'that hides it': {
    code: `
try: os.mkdir(os.path.join(self.buildout['buildout']['directory'], '../../outside'))
except Exception: pass`,
    words: /the recipe of note may not do that/,
  },
  'that goes through a link': {
    code: `
os.symlink('../..', 'up')
os.rename('etc/app.conf', 'up/outside')`,
    words: /refused: it writes \/.*\/outside, which/,
  },
  'that takes something from the network': {
    code: `socket.create_connection(('127.0.0.1', 9))`,
    words: /refused: it connects to .*127\.0\.0\.1.*: what is not in the lock can't be in a release/,
  },
  'that changes the file of another part': {
    code: `
with open(os.path.join(self.buildout['buildout']['parts-directory'], 'app.conf'), 'a') as out: out.write('more')`,
    words: /refused: it changed etc\/app\.conf, which another part made/,
  },
  'that has it changed by a program': {
    code: `subprocess.check_call(['rm', os.path.join(self.buildout['buildout']['parts-directory'], 'app.conf')])`,
    words: /refused: it changed etc\/app\.conf/,
  },
  'that fails': {code: `raise ValueError('the words of the recipe')`, words: /ValueError: the words of the recipe/},
  'that asks for an egg that is not locked': {
    code: `
import zc.buildout.easy_install
zc.buildout.easy_install.working_set(['not.locked'], [self.buildout['buildout']['develop-eggs-directory']])`,
    words: /refused: it connects to/,
  },
};

for (const [what, {code, words}] of Object.entries(refused)) {
  testWith(box)(`bridge: a recipe ${what} stops the build`, async (t: ExecutionContext) => {
    const {ran, prefix} = await build(code);
    t.is(ran.status, 1);
    t.regex(ran.stderr, words);
    t.regex(ran.stderr, /bridge: the recipe of part note failed/);
    t.false(existsSync(join(prefix, 'outside')));
  });
}

testWith(box)('bridge: a program that a recipe starts is named, as nothing holds it', async (t) => {
  const {ran, read} = await build(`subprocess.check_call(['cp', 'etc/app.conf', 'bin/copy'])`);
  t.is(ran.status, 0, ran.stderr);
  t.regex(
    ran.stderr,
    /warning: bridge: part note runs 'cp etc\/app\.conf bin\/copy', which is not held to the release/,
  );
  t.is(read('lib/bridge/written'), 'note\tbin/copy\n');
});
