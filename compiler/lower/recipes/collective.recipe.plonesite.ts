import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {CommandEntry, Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {literal, place, show, text, trim} from '../../util/text.js';
import {inDirectory} from '../placement.js';
import {pythonString} from '../python-literal.js';
import {reportBad, reportNoEffect, saysYes} from '../values.js';

const siteReplace: DiagnosticKind = {
  id: 'CFG553',
  name: 'site-replace',
  severity: {prod: 'error', dev: 'warning'},
  explain: `
What it does: stops where \`site-replace\` would delete the site and make a new one at every deploy.
Why: a deploy never deletes data.
Example: [plonesite] has "site-replace = true". Take it out; to begin anew, delete the site by hand.
Source: collective.recipe.plonesite, option site-replace.
`,
};

const yes = ['yes', 'y', 'on', 'true', 'sure', 'ok', '1'];

/**
 * Lowers `collective.recipe.plonesite`: a site that is made where it isn't there, and profiles that are applied,
 * as an explicit step after the switch.
 * Reads    `site-id`, `instance`, `profiles-initial`, `profiles`, `default-language`, `post-extras`, `pre-extras`, `enabled`,
 *          `before-install`, `after-install`, `container-path`.
 * Plans    a Python file in lib/plonesite/, and a `command` after the switch that runs it by the instance's control script.
 * Reports  CFG508, CFG509, CFG553.
 */
export const collectiveRecipePlonesite: RecipeLowering = {
  recipe: 'collective.recipe.plonesite',
  options: [
    'site-id',
    'instance',
    'zeoserver',
    'site-replace',
    'default-language',
    'admin-user',
    'admin-password',
    'container-path',
    'add-mountpoint',
    'profiles-initial',
    'profiles',
    'products-initial',
    'products',
    'pre-extras',
    'post-extras',
    'upgrade-portal',
    'upgrade-all-profiles',
    'upgrade-profiles',
    'host',
    'port',
    'protocol',
    'use-vhm',
    'before-install',
    'after-install',
    'enabled',
    'use-sudo',
    'log-level',
  ],
  page: {
    summary: 'A Plone site that is made where it is not there, and profiles that are applied, after the switch.',
    options: {
      'site-id container-path': "the site's id, and where it lies",
      instance: 'the part whose control script runs the step',
      'default-language profiles-initial': 'of a site that is made',
      profiles: 'applied at each deploy',
      'upgrade-portal upgrade-all-profiles upgrade-profiles': 'upgrade steps are run',
      'log-level': 'nothing: the log is that of the instance',
      'pre-extras post-extras': 'Python files of the profile, run with `app` and `portal`',
      'before-install after-install': 'shell commands before and after it',
      enabled: 'false: nothing',
      'site-replace': 'refused (CFG553)',
      'admin-user': 'the user in whose name it runs; no password is needed',
      'zeoserver admin-password use-sudo add-mountpoint': 'nothing: the server runs already, and the step has no login',
      'products-initial products': 'an error: Plone 6 has profiles alone',
      'host port protocol use-vhm': 'nothing: URLs are of the request, and there is none',
    },
    differences: [
      'It is no part of the build: a build must not touch the database. The backup of the deploy is older than it.',
      'A step that fails fails the deploy; the recipe ignores it.',
    ],
  },
  kinds: [siteReplace],
  gives: () => ({}),
  inputs: (part) => [...part.lines('pre-extras'), ...part.lines('post-extras')].map(inDirectory),
  lower(part, context) {
    if (!saysYes(part, 'enabled', yes, true)) return [];
    if (saysYes(part, 'site-replace', yes, false)) {
      const span = part.span('site-replace');
      context.report({
        kind: siteReplace,
        message: `part \`${part.name}\` would delete the site at every deploy`,
        ...(span && {primary: {span, text: 'a deploy never deletes data'}}),
        hint: 'take it out; to begin anew, delete the site by hand',
      });
    }
    for (const name of ['products-initial', 'products']) {
      if (part.lines(name).length === 0) continue;
      reportBad(
        part,
        name,
        context.report,
        `\`${name}\` of part \`${part.name}\` is of Plone 5`,
        'profiles alone',
        'write `profiles-initial = PRODUCT:default`',
      );
    }
    for (const name of [
      'zeoserver',
      'admin-password',
      'use-sudo',
      'add-mountpoint',
      'host',
      'port',
      'protocol',
      'use-vhm',
    ]) {
      if (part.option(name) === undefined) continue;
      reportNoEffect(
        part,
        name,
        context.report,
        'the step runs beside the running site, without a login',
        'take it out',
      );
    }
    return [script(part, context), ...command(part, context)];
  },
};

function scriptPath(part: Part): Text {
  return place('lib', `plonesite/${part.name}.py`);
}

function command(part: Part, {option, report}: LowerContext): Entry[] {
  const instance = part.literal('instance')?.trim() || 'instance';
  const control = option(instance, 'control-script');
  const name = (control && literal(control.value)) || instance;
  if (option(instance, 'recipe') === undefined) {
    reportBad(part, 'instance', report, `there is no part \`${instance}\``, 'whose control script runs the step');
    return [];
  }
  const step = (source: Text): CommandEntry => ({
    kind: 'command',
    origin: part.origin('recipe'),
    name: part.name,
    when: 'after-switch',
    interpreter: 'sh',
    source,
    stopOnError: true,
    environment: [],
  });
  const before = part.option('before-install');
  const after = part.option('after-install');
  return [
    step(
      text(
        before ? text(trim(before), ' &&\n') : '',
        "'",
        place('lib', `bin/${name}`),
        "' run '",
        scriptPath(part),
        "'",
        after ? text(' &&\n', trim(after)) : '',
        '\n',
      ),
    ),
  ];
}

function script(part: Part, context: LowerContext): Entry {
  const list = (name: string): string =>
    `[${part
      .lines(name)
      .map((line) => pythonString(show(line)))
      .join(', ')}]`;
  const word = (name: string, usual: string): string => pythonString(part.literal(name)?.trim() || usual);
  const extras = (name: string): string =>
    part
      .lines(name)
      .map((line) => {
        const found = context.input(inDirectory(line));
        if (found !== undefined) return `exec(compile(${pythonString(found)}, ${pythonString(show(line))}, 'exec'))\n`;
        reportBad(
          part,
          name,
          context.report,
          `\`${show(line)}\` of part \`${part.name}\` can't be read`,
          'no such file',
          undefined,
          show(line),
        );
        return '';
      })
      .join('');
  const content = `# Makes the site where it isn't there, and applies profiles. Run by the control script, with \`app\`.
import transaction
from AccessControl.SecurityManagement import newSecurityManager
from Products.CMFPlone.browser.admin import AddPloneSite
from Products.CMFPlone.factory import addPloneSite
from zope.component.hooks import setSite

container = app.unrestrictedTraverse(${word('container-path', '/')}.strip('/')) if ${word('container-path', '/')} != '/' else app
user = app.acl_users.getUserById(${word('admin-user', 'admin')})
if user is not None:
    newSecurityManager(None, user.__of__(app.acl_users))
site_id = ${word('site-id', 'Plone')}
made = site_id not in container.objectIds()
if made:
    # The recipe fills in a form for this, which Plone 6.1 has no more where plone.distribution is installed. Its class is there.
    usual = ('plone.app.contenttypes:default', 'plonetheme.barceloneta:default')
    profiles = getattr(AddPloneSite(container, app.REQUEST), 'default_extension_profiles', usual)
    addPloneSite(container, site_id, title=site_id, setup_content=False,
                 default_language=${word('default-language', 'en')}, extension_ids=tuple(profiles))
portal = container[site_id]
setSite(portal)
${extras('pre-extras')}profiles = (${list('profiles-initial')} if made else []) + ${list('profiles')}
for profile in profiles:
    portal.portal_setup.runAllImportStepsFromProfile('profile-' + profile.removeprefix('profile-'))
${saysYes(part, 'upgrade-portal', yes, false) ? 'portal.portal_migration.upgrade()\n' : ''}${
  saysYes(part, 'upgrade-all-profiles', yes, false)
    ? 'for profile in portal.portal_setup.listProfilesWithPendingUpgrades():\n    portal.portal_setup.upgradeProfile(profile)\n'
    : ''
}${part
  .lines('upgrade-profiles')
  .map((line) => `portal.portal_setup.upgradeProfile(${pythonString(show(line))})\n`)
  .join('')}${extras('post-extras')}transaction.commit()
print('site %s: %s' % (site_id, 'made' if made else 'was there'))
`;
  return {
    kind: 'file',
    origin: part.origin('recipe'),
    class: 'code',
    path: scriptPath(part),
    content: text(content),
    executable: false,
  };
}
