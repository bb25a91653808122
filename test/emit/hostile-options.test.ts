/**
 * Property: whatever text stands in an option that reaches the host, it arrives there byte for byte or is refused by name while
 * compiling; it never runs. Each profile goes through all phases, and a real shell reads the script's data.
 */
import {readdir} from 'node:fs/promises';
import fc from 'fast-check';
import {dir} from 'tmp-promise';
import {checkProfile, lockRelease, planRelease} from '../../compiler/compile.js';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import {severityOf} from '../../compiler/diagnostics/severity.js';
import {emitScript} from '../../compiler/emit/sh.js';
import {memoryIo} from '../../compiler/io.js';
import type {Request} from '../../compiler/read-profile.js';
import {testWith} from '../harness/test-with.js';
import {execute, findProgram, needsProgram} from '../harness/tools.js';
import {request as inMemory} from '../lower/harness.js';

/** Pieces of values: what shells, Make, ini files, cron and URLs take for more than itself, controls, and text of the world. */
const piece = fc.oneof(
  {weight: 4, arbitrary: fc.constantFrom(...'\'"\\$`!#&;|<>()[]{}*?~=%^-@:,+ ab09/.')},
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '$(touch NEVER)',
      '`touch NEVER`',
      "';touch NEVER;'",
      '";touch NEVER;"',
      '&& touch NEVER #',
      '\\\\',
      '$${HOME}'.slice(1).replace('{', '').replace('}', ''),
      '%(x)s',
      '%n',
      '-rf',
      '--',
      'END',
      '../',
      '~root',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('é', 'ß', '“', '日本', '😀', '\u2028', '\u0085', '\u00a0', '\ufeff', '\u202e'),
  },
  {weight: 1, arbitrary: fc.constantFrom('\t', '\u0001', '\u0007', '\u001b[31m', '\u007f', '\v', '\f', '\u001c')},
);

/** One line, no blanks at its ends (the format takes them away), and no `${`, which is buildout's own. */
const value = fc
  .array(piece, {minLength: 1, maxLength: 8})
  .map((pieces) => `x${pieces.join('')}x`.replaceAll('${', '{'));

interface Place {
  readonly name: string;
  /** The profile, without what every profile has. */
  readonly cfg: (value: string) => string;
  /** Options of [release] besides. */
  readonly release?: (value: string) => string;
  /** What must be among the fields that the script hands on, where it is not the value itself. */
  readonly arrives?: (value: string) => string;
  /** The field has a syntax of its own, whose reader is tested elsewhere: here, that nothing runs. */
  readonly encoded?: true;
}

const none = () => '';
const part = (lines: string) => `[part]\n${lines}\n`;

const places: readonly Place[] = [
  {
    name: 'text of a template',
    cfg: (text) =>
      part(
        `recipe = collective.recipe.template\ninput = inline:\n    ${text}\noutput = \${buildout:parts-directory}/a.txt`,
      ),
  },
  {
    name: 'an option that a template refers to',
    cfg: (text) =>
      part(
        `recipe = collective.recipe.template\ninput = inline:\n    \${values:one}\noutput = \${buildout:parts-directory}/a.txt\n[values]\none = ${text}`,
      ),
  },
  {
    name: 'the name of a file',
    cfg: (text) =>
      part(
        `recipe = collective.recipe.template\ninput = inline:\n    a\noutput = \${buildout:parts-directory}/${text}.txt`,
      ),
  },
  {
    name: 'the name of a folder',
    cfg: (text) => part(`recipe = z3c.recipe.mkdir\npaths = \${buildout:directory}/var/${text}`),
  },
  {name: 'a command', cfg: (text) => part(`recipe = plone.recipe.command\ncommand = echo ${text}`)},
  {
    name: 'a command of cron',
    cfg: (text) => part(`recipe = z3c.recipe.usercrontab\ntimes = 0 3 * * *\ncommand = echo ${text}`),
  },
  {
    name: 'a command of a timer',
    release: () => 'schedules = systemd\n',
    cfg: (text) => part(`recipe = z3c.recipe.usercrontab\ntimes = 0 3 * * *\ncommand = echo ${text}`),
    encoded: true,
  },
  {
    name: 'an argument of a service',
    release: () => 'services = systemd\n',
    cfg: (text) =>
      part(`recipe = collective.recipe.supervisor\nprograms =\n    10 web /usr/bin/web [-m ${text}] /tmp true`),
    encoded: true,
  },
  {
    name: 'the environment of services',
    release: () => 'services = systemd\n',
    cfg: (text) =>
      part(
        `recipe = collective.recipe.supervisor\nsupervisord-environment = MAIL=${text}\nprograms =\n    10 web /usr/bin/web true`,
      ),
    encoded: true,
  },
  {
    name: 'an e-mail address of a listener',
    cfg: (text) =>
      part(
        `recipe = collective.recipe.supervisor\nprograms =\n    10 web /usr/bin/web true\neventlisteners =\n    crash PROCESS_STATE /usr/bin/crashmail [-a -m ${text}@example.org]`,
      ),
    encoded: true,
  },
  {
    name: 'the value of an input',
    cfg: (text) => `${part('recipe = z3c.recipe.mkdir\npaths = a')}[inputs]\nPORT = ${text}`,
  },
  {
    name: 'the name of an input',
    cfg: (text) => `${part('recipe = z3c.recipe.mkdir\npaths = a')}[inputs]\n${text} = 1`,
    encoded: true,
  },
  {name: 'the file of a secret', cfg: (text) => `[secrets]\nadmin = file:/etc/${text}`},
  {name: 'the command of a secret', cfg: (text) => `[secrets]\nadmin = command:echo ${text}`},
  {name: 'the variable of a secret', cfg: (text) => `[secrets]\nadmin = env:${text}`, encoded: true},
  {name: 'the URL of a webhook', cfg: (text) => `[webhooks]\nchat = https://example.org/${text}`},
  {name: 'the URL of a health check', cfg: (text) => `[healthcheck]\nurl = http://127.0.0.1/${text}`},
  {name: 'the command of a health check', cfg: (text) => `[healthcheck]\ncommand = test ${text}`},
  {name: 'the command of a dump', cfg: (text) => `[backup]\ndump-db = pg_dump ${text}\nrestore-db = psql ${text}`},
  {name: 'a program of the system', cfg: (text) => `[system]\npdf = /usr/bin/${text}`},
  {
    name: 'a command that restarts services',
    cfg: none,
    release: (text) =>
      `restart-command = ${text}\nstop-command = ${text}\nstart-command = ${text}\nstatus-command = ${text}\n`,
  },
  ...['user', 'group', 'operators', 'syslog-remotes', 'keep', 'profile', 'platform'].map(
    (option): Place => ({
      name: `${option} of [release]`,
      cfg: none,
      release: (text) => `${option} = ${text}\n`,
      encoded: true,
    }),
  ),
  {name: 'prefix of [release]', cfg: none, release: (text) => `prefix = /srv/${text}\n`},
  {name: 'a folder of [layout]', cfg: (text) => `[layout]\ndata = /srv/${text}`},
  {name: 'an owner of [permissions]', cfg: (text) => `[permissions]\ncode = ${text}:root 0640`, encoded: true},
  {
    name: 'the name of a part',
    cfg: (text) => `[${text.replaceAll(/[[\]]/g, '')}]\nrecipe = z3c.recipe.mkdir\npaths = a`,
    encoded: true,
  },
];

const request: Request = {...inMemory, file: '/profile/prod.cfg'};

/** The script; or the ids of what it was refused for. */
async function compiled(place: Place, text: string): Promise<{script: string} | readonly string[]> {
  const written = place.cfg(text);
  const parts = [...written.matchAll(/^\[(.*)\]\nrecipe/gm)].map((match) => match[1]!);
  const release = place.release?.(text) ?? '';
  const services = /^services/m.test(release) ? '' : 'services = none\n';
  const cfg = `[buildout]\nparts =${parts.map((name) => `\n    ${name}`).join('')}\n[release]\nname = hostile\nversion = 1.0.0\npython = 3.11\ninstaller = pip\n${services}${release}${written}\n`;
  const found: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void found.push(diagnostic);
  const io = memoryIo({files: {'/profile/prod.cfg': cfg}});
  const errors = () => found.filter(({kind}) => severityOf(kind, 'prod') === 'error').map(({kind}) => kind.id);
  const checked = await checkProfile(request, io, report, '1.0.0');
  if (!checked) return errors();
  const plan = await planRelease(checked, io, report, request);
  if (errors().length > 0) return errors();
  const lock = await lockRelease(plan, checked, io, report, 'use', request);
  if (!lock || errors().length > 0) return errors();
  const script = emitScript(plan, lock, report);
  return errors().length > 0 ? errors() : {script};
}

/** Prints every field and every text that the data functions hand on, each with a NUL behind it. */
const reader = `
PREFIX=/prefix RELEASES=r RELEASE=r CURRENT=c BIN=bin ETC=etc LIB=lib SHARE=share VENV=venv DATA=data LOG=log RUN=run BACKUPS=backups
SUPERVISOR=s CACHE=cache STATE=state HOST_NAME=host DEPLOYER=me
layout_input_value() { shown "$@"; }
shown() { for word; do printf '%s\\000' "$word"; done; }
read_too() { shown "$@"; cat; printf '\\000'; }
settings
shown "$DEFAULT_PREFIX" "$SERVICE_USER" "$SERVICE_GROUP" "$OPERATORS" "$KEEP"
inputs
layout_folders
shown "$DATA"
`;

for (const place of places) {
  testWith(needsProgram('dash'))(
    `${place.name}: any text arrives as it is, or is refused; it never runs`,
    async (t) => {
      const {path: folder, cleanup} = await dir({unsafeCleanup: true});
      t.teardown(cleanup);
      const counts = {arrived: 0, refused: 0};
      const result = await fc.check(
        fc.asyncProperty(value, async (text) => {
          const made = await compiled(place, text);
          if (!('script' in made)) {
            if (made.length === 0) throw new Error('it was refused without a word');
            counts.refused += 1;
            return;
          }
          counts.arrived += 1;
          const data = made.script.slice(0, made.script.indexOf('\n# The library:'));
          const visitors = [...data.matchAll(/^(each_[a-z_]+)\(\)/gm)].map((match) => match[1]!);
          const calls = visitors.map(
            (name) => `${name} ${/^each_(file|command|script|build)$/.test(name) ? 'read_too' : 'shown'}`,
          );
          const ran = await execute([findProgram('dash')!, '-c', `${data}\n${reader}\n${calls.join('\n')}`], {
            cwd: folder,
            env: {PATH: process.env.PATH, HOME: '/nowhere'},
          });
          if (ran.status !== 0 || ran.stderr !== '') throw new Error(`the shell says ${ran.status} ${ran.stderr}`);
          const wanted = place.arrives?.(text) ?? text;
          if (!place.encoded && !ran.stdout.includes(wanted))
            throw new Error(`it did not arrive: ${JSON.stringify(ran.stdout)}`);
          const left = await readdir(folder);
          if (left.length > 0) throw new Error(`it ran: ${left.join()}`);
        }),
        {numRuns: Number(process.env.CFGC_HOSTILE_RUNS ?? 15), seed: Number(process.env.CFGC_HOSTILE_SEED ?? 5)},
      );
      t.false(
        result.failed,
        `${JSON.stringify(result.counterexample)}: ${(result.errorInstance as Error | null)?.message}`,
      );
      t.true(counts.arrived + counts.refused > 0);
      t.log(`${counts.arrived} arrived, ${counts.refused} refused`);
    },
  );
}
