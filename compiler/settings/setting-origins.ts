import type {ResolvedOption, ResolvedSection} from '../model/config.js';
import type {SettingOrigin, Settings} from '../model/settings.js';
import {lastSpan} from '../util/option-span.js';
import {position} from '../util/position.js';
import {settingSections} from './options.js';

/**
 * Where the settings of the release sections were last written, by `section:option`. What no file and no command line
 * sets is a default, and not in it.
 * @param settingsOf the section of a name, where it holds settings
 */
export function settingOrigins(settingsOf: (name: string) => ResolvedSection | undefined): Settings['origins'] {
  const origins: Record<string, SettingOrigin> = {};
  for (const {name} of settingSections) {
    for (const option of settingsOf(name)?.options.values() ?? []) {
      const origin = originOf(option);
      if (origin !== undefined) origins[`${name}:${option.name}`] = origin;
    }
  }
  return origins;
}

function originOf(option: ResolvedOption): SettingOrigin | undefined {
  // What the command line adds to stands in a file as well: who looks there would not find the value.
  if (option.history.at(-1)?.from === 'command-line') return {file: 'the command line', line: 0};
  const span = lastSpan(option);
  return span && {file: span.source.name, line: position(span).line};
}
