import type {Webhook} from '../model/settings.js';
import type {Text} from '../model/text.js';
import {nearest} from '../util/nearest.js';
import {literal, show, words} from '../util/text.js';
import type {SectionReader} from './reader.js';

export const webhookEvents: readonly string[] = ['start', 'step', 'success', 'failure', 'rollback'];
const formats = ['json', 'slack', 'mattermost', 'teams'] as const;

/** A webhook and the option that it was read from, for what is checked later. */
export type ReadWebhook = Webhook & {readonly reader: SectionReader; readonly option: string};

/**
 * Reads `URL [secret=NAME] [format=json] [events=start,failure]`.
 * @returns undefined where the URL is bad; a bad attribute is reported and left out
 */
export function readWebhook(line: Text, reader: SectionReader, option: string): ReadWebhook | undefined {
  const [url, ...attributes] = words(line);
  if (!url) return undefined;
  const [first] = url.pieces;
  if (typeof first === 'string' && !/^https?:\/\/./.test(first)) {
    reader.bad(option, `\`${show(url)}\` is no URL of a webhook`, 'http:// or https://', {needle: show(url)});
    return undefined;
  }
  let secret: string | undefined;
  let format: Webhook['format'] = 'json';
  let events: readonly string[] = [];
  for (const attribute of attributes) {
    const written = literal(attribute) ?? show(attribute);
    const [, key, value] = /^(secret|format|events)=(.+)$/.exec(written) ?? [];
    if (key === 'secret') secret = value;
    else if (key === 'format') {
      const found = formats.find((candidate) => candidate === value);
      if (found) format = found;
      else
        reader.bad(option, `a webhook has no format \`${value}\``, `one of ${formats.join(', ')}`, {needle: written});
    } else if (key === 'events') events = readEvents(value!, reader, option, written);
    else {
      reader.bad(
        option,
        `a webhook has no attribute \`${written}\``,
        'secret=NAME, format=FORMAT or events=EVENT,EVENT',
        {
          needle: written,
        },
      );
    }
  }
  return {
    setting: `${reader.name}:${option}`,
    url,
    ...(secret !== undefined && {secret}),
    format,
    events,
    reader,
    option,
  };
}

function readEvents(value: string, reader: SectionReader, option: string, written: string): readonly string[] {
  return value.split(',').filter((event) => {
    if (webhookEvents.includes(event)) return true;
    const near = nearest(event, webhookEvents);
    reader.bad(option, `a webhook has no event \`${event}\``, `some of ${webhookEvents.join(', ')}`, {
      needle: written,
      ...(near && {hint: `did you mean \`${near}\`?`}),
    });
    return false;
  });
}
