import {resolveLiteral} from '../compile.js';
import {explainOption} from '../inspect/explain-option.js';
import {nodeIo} from '../node-io.js';
import {readProfile} from '../read-profile.js';
import {didYouMean} from '../util/nearest.js';
import type {ReadOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

/** `cfgc explain SECTION:OPTION FILE`: the story of a value. `SECTION` alone tells the whole section's. */
export async function explainOptionCommand(
  what: string,
  file: string,
  words: readonly string[],
  options: ReadOptions,
): Promise<number> {
  const session = startSession(options);
  const request = requestOf(file, words, options);
  if ('wrong' in request) return usage(request.wrong);
  const read = await readProfile(request, nodeIo, session.report, session.learn);
  if (!read) return session.finish();
  const {config} = read;
  const [sectionName, optionName] = split(what);
  const section = config.sections.get(sectionName);
  if (!section) {
    return usage(
      [`\`${file}\` has no section [${sectionName}]`, didYouMean(sectionName, config.sections.keys())]
        .filter(Boolean)
        .join('; '),
    );
  }
  const resolved = resolveLiteral(config, session.report).sections.get(sectionName);
  // As the section is read: with what its macros bring, and without the operators.
  const known = resolved && resolved.options.size > 0 ? resolved.options : section.options;
  const names = optionName === undefined ? [...known.keys()] : [optionName];
  const stories: string[] = [];
  for (const name of names) {
    const found = resolved?.options.get(name) ?? section.options.get(name);
    if (!found)
      return usage(
        [`[${sectionName}] has no option \`${name}\``, didYouMean(name, [...known.keys(), ...section.options.keys()])]
          .filter(Boolean)
          .join('; '),
      );
    stories.push(explainOption(sectionName, found, resolved?.options.get(name), section.options.get('<')));
  }
  process.stdout.write(stories.join('\n'));
  return session.finish();
}

function split(what: string): readonly [section: string, option: string | undefined] {
  const colon = what.indexOf(':');
  return colon < 0 ? [what, undefined] : [what.slice(0, colon), what.slice(colon + 1) || undefined];
}
