import type {RecipeLowering} from '../../model/lowering.js';
import {text} from '../../util/text.js';

/**
 * Lowers `isotoma.recipe.facts`: facts of the machine, as options.
 * Facts of the builder would be wrong on the host, so those that the host can tell are references,
 * and the others have to be written into the section: an option there wins.
 * Gives `hostname`, `fqdn`, `user.name`. Source: isotoma.recipe.facts 0.0.8.
 */
export const isotomaRecipeFacts: RecipeLowering = {
  recipe: 'isotoma.recipe.facts',
  options: [/^(hostname|fqdn|user\.\w+|lsb\.\w+|vcs\.[\w-]+|interfaces\..+)$/],
  page: {
    summary: "Facts of the host, for other sections' values.",
    options: {
      hostname: "the host's short name, known on the host",
      fqdn: "the host's full name, known on the host",
      'user.name': "the service's user",
      'user.uid user.gid user.home lsb.* interfaces.* vcs.*':
        'not given: write the one that is referred to into the section',
    },
    differences: [
      "The builder's own facts never get into a release.",
      'The real recipe fails on Python 3.',
      'An option written in the section wins over the fact.',
    ],
  },
  gives: (part) => ({
    hostname: part.option('hostname') ?? text({ref: 'hostname'}),
    fqdn: part.option('fqdn') ?? text({ref: 'fqdn'}),
    'user.name': part.option('user.name') ?? text({ref: 'user'}),
  }),
  lower: () => [],
};
