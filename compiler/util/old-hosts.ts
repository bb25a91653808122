/** Hosts of ten-year-old configurations, and what stands in their place. */
const hosts: readonly {readonly host: RegExp; readonly what: string; readonly now: string}[] = [
  {
    host: /^good-py\.appspot\.com$/,
    what: 'was switched off',
    now: 'it served lists of pins: write the pins into a file of your own, and name that',
  },
  {
    host: /^svn\.(zope|plone)\.org$/,
    what: 'was switched off',
    now: 'the sources are at https://github.com/zopefoundation, https://github.com/plone and https://github.com/collective',
  },
  {
    host: /^(www\.|download\.|docs\.)?zope\.org$/,
    what: 'is no longer kept up',
    now: "Zope's lists of pins are at https://zopefoundation.github.io/Zope/releases/VERSION/versions.cfg, older ones at https://dist.plone.org/versions/",
  },
  {
    host: /^(code\.google\.com|(.+\.)?googlecode\.com)$/,
    what: 'closed in 2016',
    now: 'look for the project on the package index, or keep a copy',
  },
  {host: /^([\w-]+\.)?gitorious\.org$/, what: 'closed in 2015', now: 'look for the project elsewhere, or keep a copy'},
  {
    host: /^(.+\.)?(berlios\.de|codehaus\.org)$/,
    what: 'was closed',
    now: 'look for the project elsewhere, or keep a copy',
  },
  {
    host: /^[b-g]\.pypi\.python\.org$/,
    what: 'was a mirror, and was switched off',
    now: 'write https://pypi.org/simple/, or take the line away',
  },
  {
    host: /^pypi\.python\.org$/,
    what: 'is the old name of the package index',
    now: 'write https://pypi.org/simple/, or take the line away',
  },
];

/** What became of the host of a URL, and what to do now; undefined where nothing is known against it. */
export function oldHost(url: string): {readonly host: string; readonly what: string; readonly now: string} | undefined {
  const name = /^[a-z+]+:\/\/(?:[^/@\s]*@)?([^/:\s]+)/i.exec(url)?.[1]?.toLowerCase();
  const found = name === undefined ? undefined : hosts.find(({host}) => host.test(name));
  return found && name !== undefined ? {host: name, what: found.what, now: found.now} : undefined;
}
