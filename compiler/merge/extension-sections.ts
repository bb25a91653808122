import type {Config, ConfigOption} from '../model/config.js';

/**
 * Adds the sections that extensions make, so that others can refer to them. `buildout.environ` makes `[__environ__]`, the
 * environment of whoever runs buildout: it is taken for a section of collective.recipe.environment, which makes inputs of
 * the release of the variables that are referred to.
 * Source: buildout.environ 1.2.0, extension.py, `install`.
 */
export function withExtensionSections(config: Config): Config {
  const extensions = config.sections.get('buildout')?.options.get('extensions')?.raw ?? '';
  if (!extensions.split(/\s+/).includes('buildout.environ') || config.sections.has(environ)) return config;
  const option = (name: string, raw: string): [string, ConfigOption] => [
    name,
    {name, raw, history: [{operation: 'set', value: raw, from: 'computed'}]},
  ];
  const options = new Map([option('recipe', 'collective.recipe.environment')]);
  return {...config, sections: new Map([...config.sections, [environ, {name: environ, options}]])};
}

const environ = '__environ__';
