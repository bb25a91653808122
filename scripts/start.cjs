// dist/cfgc.cjs: runs the bundle beside it with the code that V8 made of it last time. Node has to parse and compile two
// megabytes otherwise, at every start. The cache is a file beside the bundle, or in the user's cache folder; it is made at
// the first run, replaced by a rename, and left alone where others could have written it.
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const file = path.join(__dirname, bundle);
// A cache holds what was run: one for each kind of run, so that none lacks what it needs.
const [word = ''] = process.argv.slice(2);
const run = ['check', 'query', 'annotate', 'lock', 'lint', 'explain', 'graph', 'diff'].includes(word)
  ? word
  : word.includes('.') || word === 'compile'
    ? 'compile'
    : 'help';
const name = `.${bundle}-${process.version}-${process.arch}-${run}.v8`;
const folders = process.env.CFGC_CODE_CACHE === 'off' ? [] : [path.dirname(file), userFolder()].filter(Boolean);

const cachedData = readCache();
// All of it is ASCII: one byte a character, to read and to keep.
const script = new vm.Script(fs.readFileSync(file, 'latin1'), {
  filename: file,
  cachedData,
  importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
if (cachedData && !script.cachedDataRejected) {
  if (run !== 'help') forShortRuns();
} else if (folders.length > 0) process.once('exit', writeCache);
script.runInThisContext()(require);

/**
 * Most runs are over before it pays to optimise what they run, or to make room for many new objects: V8 waits longer with the
 * one, and does without the other. A third less work, a quarter less memory at ten thousand options.
 * Not where a cache is written: V8 would take it for that of other flags. For the same reason Node's own modules, of which it has
 * such code too, are loaded before.
 */
function forShortRuns() {
  // The flag's name in the V8 of Node 20, 22 and 24; one that another V8 does not know would be an error to the user.
  const later = {
    11.3: '--interrupt-budget=1000000',
    12.4: '--invocation-count-for-turbofan=30000',
    13.6: '--invocation-count-for-turbofan=30000',
  }[process.versions.v8.split('.', 2).join('.')];
  if (later === undefined) return;
  const v8 = require('node:v8');
  const used = run === 'compile' ? ['child_process', 'crypto', 'fs/promises'] : [];
  for (const module of used) require(`node:${module}`);
  void process.stdout;
  v8.setFlagsFromString(later);
  v8.setFlagsFromString('--semi-space-growth-factor=1');
}

function readCache() {
  for (const folder of folders) {
    try {
      const found = path.join(folder, name);
      const {uid, mode} = fs.statSync(found);
      if (isOurs(uid) && !(mode & 0o022)) return fs.readFileSync(found);
    } catch {
      // There is none yet.
    }
  }
  return undefined;
}

function writeCache() {
  for (const folder of folders) {
    const side = path.join(folder, `${name}.${process.pid}`);
    try {
      if (folder !== folders[0]) [path.dirname(folder), folder].forEach(makeFolder);
      fs.writeFileSync(side, script.createCachedData(), {flag: 'wx', mode: 0o644});
      fs.renameSync(side, path.join(folder, name));
      return;
    } catch {
      // A folder that can't be written: the next one, or none.
      fs.rmSync(side, {force: true});
    }
  }
}

// One at a time: where the system has no place for a folder (/proc, an automounter), Node's recursive way never ends.
function makeFolder(folder) {
  if (!fs.existsSync(folder)) fs.mkdirSync(folder, {mode: 0o700});
}

function isOurs(uid) {
  return process.getuid === undefined || uid === process.getuid() || uid === 0;
}

function userFolder() {
  const {XDG_CACHE_HOME: cache = '', HOME: home = ''} = process.env;
  if (path.isAbsolute(cache)) return path.join(cache, 'cfgc');
  return path.isAbsolute(home) ? path.join(home, '.cache/cfgc') : undefined;
}
