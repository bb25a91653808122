/**
 * What the lines of a part bear in syslog: `portal@instance1`. A part's name may hold anything, and rsyslogd ends a tag at a blank,
 * `/`, `:` or `[`: what is none of letters, digits, `.`, `_` and `-` becomes `-`, or a receiver would see the application alone.
 * Source: rsyslog 8, "programname".
 */
export function syslogTag(release: string, part: string): string {
  return `${release}@${part.replace(/[^A-Za-z0-9._-]/g, '-')}`;
}
