import type {Resolved} from '../model/config.js';
import type {Settings} from '../model/settings.js';
import type {Text} from '../model/text.js';
import {text} from '../util/text.js';

/**
 * What a reference in a template stands for: an option, a secret of [secrets], a declared input.
 * The same names as `${…}` in a .cfg file has in the late-bound mode.
 */
export function hostReference(
  resolved: Resolved,
  settings: Settings,
): (section: string, name: string) => Text | undefined {
  return (section, name) => {
    if (section === 'secrets' && settings.secrets.some((secret) => secret.name === name)) {
      return text({ref: 'secret', name});
    }
    if (section === 'inputs' && settings.inputs.some((input) => input.name === name)) return text({ref: 'env', name});
    return resolved.sections.get(section)?.options.get(name)?.value;
  };
}
