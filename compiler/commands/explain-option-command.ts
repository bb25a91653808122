import {resolveLiteral} from '../compile.js';
import {explainOption} from '../inspect/explain-option.js';
import {nodeIo} from '../node-io.js';
import {readProfile} from '../read-profile.js';
import {didYouMean} from '../util/nearest.js';
import type {ReadOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

/** `cfgc explain SECTION:OPTION FILE`: the story of a value. `SECTION` alone tells the whole section's. */
export async function explainOptionCommand(what: string, file: string, options: ReadOptions): Promise<number> {
  const session = startSession(options);
  const request = requestOf(file, [], options);
  if ('wrong' in request) return usage(request.wrong);
  const read = await readProfile(request, nodeIo, session.report, session.learn);
  if (!read) return session.finish();
  const {config} = read;
  const [sectionName, optionName] = split(what);
  const section = config.sections.get(sectionName);
  if (!section) {
    return usage(
      `\`${file}\` has no section [${sectionName}]; ${didYouMean(sectionName, config.sections.keys()) ?? ''}`,
    );
  }
  const resolved = resolveLiteral(config, session.report).sections.get(sectionName);
  const names = optionName === undefined ? [...section.options.keys()] : [optionName];
  const stories: string[] = [];
  for (const name of names) {
    const found = section.options.get(name) ?? resolved?.options.get(name);
    if (!found)
      return usage(
        [`[${sectionName}] has no option \`${name}\``, didYouMean(name, section.options.keys())]
          .filter(Boolean)
          .join('; '),
      );
    stories.push(explainOption(sectionName, found, resolved?.options.get(name)));
  }
  process.stdout.write(stories.join('\n'));
  return session.finish();
}

function split(what: string): readonly [section: string, option: string | undefined] {
  const colon = what.indexOf(':');
  return colon < 0 ? [what, undefined] : [what.slice(0, colon), what.slice(colon + 1) || undefined];
}
