/** What becomes of a buildout extension. */
export interface KnownExtension {
  /** `lowered`: cfgc does what it does. `no effect`: a release needs nothing of it. `refused`: it can't be followed. */
  readonly treatment: 'lowered' | 'no effect' | 'refused';
  readonly reason: string;
  /** What to write instead, where there is something. */
  readonly instead?: string;
}

function noEffect(reason: string): KnownExtension {
  return {treatment: 'no effect', reason};
}

function refuse(reason: string, instead?: string): KnownExtension {
  return {treatment: 'refused', reason, ...(instead !== undefined && {instead})};
}

function lowered(reason: string): KnownExtension {
  return {treatment: 'lowered', reason};
}

/** By name in lower case. */
export const knownExtensions: ReadonlyMap<string, KnownExtension> = new Map([
  ['mr.developer', lowered('sources and auto-checkout are read; a production profile must check out nothing')],
  [
    // Source: mxdev 5.4.1, whose entry points are a console script and kinds of working copies.
    'mxdev',
    refuse(
      'no extension of buildout: its program reads mx.ini for pip, and neither buildout nor cfgc does',
      'write `mr.developer` in its place, and the sources of mx.ini under [sources]',
    ),
  ],
  [
    'buildout.environ',
    lowered('variables that `${__environ__:NAME}` refers to become inputs of the release, which preflight asks for'),
  ],
  ['plone.versioncheck', noEffect('it reports on versions; `cfgc lint` does')],
  ['buildout.dumppickedversions', noEffect('nothing is picked in a release')],
  ['buildout-versions', noEffect('nothing is picked in a release')],
  ['buildout_versions', noEffect('nothing is picked in a release')],
  ['buildout.sendpickedversions', noEffect('nothing is picked, and nothing is posted to another host')],
  ['lovely.buildouthttp', noEffect("credentials of a private index come from the installer's own configuration")],
  [
    'isotoma.buildout.basicauth',
    noEffect("credentials of a private index come from the installer's own configuration"),
  ],
  ['isotoma.buildout.logger', noEffect('the compile has its own messages')],
  ['buildout.wheel', noEffect('wheels are what a release installs')],
  ['buildout.threatlevel', noEffect('it asks a remote host while buildout runs; a release does not')],
  // A recipe that is listed by mistake: buildout looks for an extension in it, finds none, and goes on.
  ['collective.recipe.template', noEffect('it is a recipe: buildout finds no extension in it, and goes on')],
  ['buildout.bootstrap', noEffect('a release needs no bootstrap')],
  ['buildout.locallib', refuse("mixes packages of the host's Python into the release")],
  ['buildout.disablessl', refuse('switches off the check of certificates')],
  ['buildout.extensionscripts', refuse('runs Python code that may change any option')],
  ['isotoma.buildout.autodevelop', refuse('looks for source folders on the host that compiles')],
  ['buildout.sanitycheck', refuse('decides by the host that compiles whether to go on')],
  ['eea.eggmonkey', refuse('releases distributions while buildout runs')],
  ['gp.vcsdevelop', refuse('checks out sources; a release installs wheels')],
]);
