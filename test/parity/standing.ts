/** Differences that every case with such a recipe shows, and why. One that no case shows any more fails the test. */
export interface Standing {
  /** Of the key that `compareThings` gives. */
  readonly key: RegExp;
  /** Where only such lines of it differ always; without it the whole. */
  readonly line?: RegExp;
  readonly why: string;
}

export const standing: readonly Standing[] = [
  {
    key: /^service (program|eventlistener) \S+$/,
    line: /^\+ (user = \{user\}|(stop|kill)asgroup = true)$/,
    why: "a program runs as the release's user, whoever runs the daemon; what it forked is stopped with it",
  },
  {
    key: /^service (program|eventlistener) \S+$/,
    line: /^- directory = (\{bin\}|\/\S*bin)$/,
    why: "a program starts in no folder unless one is written; the recipe takes its command's, which is closed to services",
  },
  {
    key: /^file \{etc\}\/\S+\/zope\.conf$/,
    line: /^[-+] CHAMELEON_CACHE \{data\}\/cache/,
    why: 'compiled templates are of one release, and go with it',
  },
  {
    key: /^directory \{data\}\/cache: of the recipe alone$/,
    why: 'the folder of compiled templates is made when the release is built',
  },
  {
    key: /^file \{etc\}\/\S+\/zeo\.conf$/,
    line: /^[-+] (pid-filename|socket-name) \{(data|run)\}\//,
    why: "pids and sockets lie in run/, each part's by its own name: they are no data",
  },
  {
    key: /^script \{bin\}\/(zeo)?pack\S*$/,
    line: /^[-+] first (import getopt|opts = |(storage|days|blob_dir) = opts\.get|blob_dir = )/,
    why: 'the same options, read in fewer words; the blob folder is absolute, so that it is right from any folder',
  },
  {
    key: /^service program \S+: of the release alone$/,
    why: 'a server that no supervisor part names is a service of the release by itself',
  },
  {
    key: /^(file|link) \{etc\}\/\S+\/inituser: of the (recipe|release) alone$/,
    why: 'the first user is made on the host from a secret, where the database is new; no password lies in the release',
  },
  {
    key: /^(script|file) \{etc\}\/\S+\/bin\/interpreter: of the (recipe|release) alone$/,
    why: "the same interpreter, over the release's environment in place of a list of eggs",
  },
  {
    key: /^file \{etc\}\/\S+\/(bin|var)\/README\.txt: of the recipe alone$/,
    why: 'an empty file that says nothing',
  },
  {
    key: /^file \{etc\}\/\S+\/etc\/\.eggs: of the recipe alone$/,
    why: 'the list of eggs by which the recipe sees that it has to write its scripts again',
  },
  {
    key: /^directory \{etc\}\/\S+\/(var|log): of the recipe alone$/,
    why: 'an empty folder: data and logs lie in shared folders',
  },
  {
    key: /^directory \{data\}\/\S+: of the release alone$/,
    why: 'data folders are made at setup with owner and mode; the recipe leaves it to the server, or to its parent folder',
  },
  {
    key: /^(script|file) \{lib\}\/bin\/\S+: of the release alone$/,
    why: "the launcher's twin for services: bin/ is closed to the service user",
  },
  {
    key: /^file \{etc\}\/\S+\/bin\/(runzeo|zeoctl)$/,
    why: 'the same call of ZEO, by the interpreter of the release: no PYTHONPATH is needed',
  },
  {
    key: /^(script|file) \{bin\}\/\S*(backup|restore|snapshot|zip|\bnightly|tarred|zipped|copied|only|blobs)\S*: of the (recipe|release) alone$/,
    why: 'the scripts have the same names and call the release script, which makes and verifies backups by itself',
  },
  {
    key: /^(script|file) \{bin\}\/\S+(d|ctl): of the (recipe|release) alone$/,
    why: "the daemon's scripts have the same names and run the supervisor's own box, which outlives releases",
  },
];
