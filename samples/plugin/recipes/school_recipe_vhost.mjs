// A plugin: teaches cfgc the recipe `school.recipe.vhost`, which writes the nginx server block of a site.
// The original (a Python egg of our own) wrote parts/PART/NAME.conf. A release writes etc/PART/NAME.conf, read-only.
import {defineRecipe, literal, place, text} from 'cfgc';

/** Where the part's file lies in a release. Other parts say `${vhost:file}`. */
function file(part) {
  return text(place('etc', part.name), '/', part.option('hostname') ?? 'site', '.conf');
}

export default defineRecipe({
  version: 1,
  recipe: 'school.recipe.vhost',
  options: ['hostname', 'upstreams', 'static', 'extra'],

  // docs/recipes/ has a page like this for each of cfgc's own recipes. `cfgc explain PART:OPTION` quotes it.
  page: {
    summary: 'The nginx server block of a site, to be included by the system’s own nginx.',
    options: {
      hostname: 'the server name, and the name of the file',
      upstreams: 'HOST:PORT of the instances, one a line',
      static: 'a data folder that nginx serves itself, under /static/',
      extra: 'further lines of the block, as they are',
    },
    differences: ['The file is part of the release: going back takes the old block back too.'],
  },

  // What the recipe sets on its own part when buildout constructs it.
  gives: (part) => ({file: file(part)}),

  lower(part, context) {
    const hostname = part.literal('hostname');
    if (hostname === undefined || !/^[a-z0-9.-]+$/.test(hostname)) {
      context.report({
        message: `part \`${part.name}\` has no usable hostname`,
        option: 'hostname',
        label: 'letters, digits, dots and hyphens',
        hint: 'write `hostname = www.school.example`',
      });
      return [];
    }
    const upstreams = part.lines('upstreams');
    for (const upstream of upstreams) {
      if (/^[\w.-]+:\d+$/.test(literal(upstream) ?? 'late:0')) continue;
      context.report({
        message: `\`${literal(upstream)}\` is no HOST:PORT`,
        option: 'upstreams',
        needle: literal(upstream),
        hint: 'write one a line: `127.0.0.1:8080`',
      });
    }
    if (upstreams.length === 1) {
      context.report({
        severity: 'warning',
        message: `part \`${part.name}\` has one instance: the site is away while it restarts`,
        option: 'upstreams',
        hint: 'name a second one',
      });
    }
    const folder = part.option('static');
    const content = text(
      `upstream ${part.name} {\n`,
      ...upstreams.flatMap((upstream) => ['    server ', upstream, ';\n']),
      `}\nserver {\n    server_name ${hostname};\n`,
      `    location / { proxy_pass http://${part.name}; }\n`,
      ...(folder ? ['    location /static/ { alias "', context.dataPath(folder), '/"; }\n'] : []),
      ...part.lines('extra').flatMap((line) => ['    ', line, '\n']),
      '}\n',
    );
    const origin = part.origin();
    return [
      ...(folder
        ? [{kind: 'directory', origin: part.origin('static'), class: 'data', path: context.dataPath(folder), mode: '0755'}]
        : []),
      {kind: 'directory', origin, class: 'etc', path: place('etc', part.name)},
      {kind: 'file', origin, class: 'etc', path: file(part), content, executable: false},
    ];
  },
});
