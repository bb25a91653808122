import type {ReleasePlan} from '../model/release-plan.js';
import {servicesOf} from './service-files.js';
import {needsRoot} from './supervisor-conf.js';
import {placeText} from './templates.js';

/** A variable of the script, and where the configuration sets it: `prod.cfg:12`, or '' for a default and for what is worked out. */
export interface ScriptSetting {
  readonly name: string;
  readonly value: string;
  readonly from: string;
}

/** What the function `settings` of the script assigns, in the order of its lines. */
export function scriptSettings(plan: ReleasePlan, digest: string): readonly ScriptSetting[] {
  const {release, target, logging} = plan;
  const yes = (is: boolean): string => (is ? 'yes' : 'no');
  const asRoot = release.services === 'supervisor' && needsRoot(servicesOf(plan));
  const set = (name: string, value: string, setting?: string): ScriptSetting => ({
    name,
    value,
    from: setting === undefined ? '' : settingPlace(setting, plan),
  });
  return [
    set('NAME', release.name, 'release:name'),
    set('VERSION', release.version, 'release:version'),
    set('PROFILE', release.profile, 'release:profile'),
    set('PYTHON_WANTED', target.python, 'release:python'),
    set('IMPLEMENTATION', target.implementation, 'release:implementation'),
    set('PLATFORM', target.platform, 'release:platform'),
    set('DEFAULT_PREFIX', release.prefix, 'release:prefix'),
    set('SERVICE_USER', release.user, 'release:user'),
    set('SERVICE_GROUP', release.group, 'release:group'),
    set('OPERATORS', release.operators ?? '', 'release:operators'),
    set('KEEP', String(release.keep), 'release:keep'),
    set('SERVICES', release.services, 'release:services'),
    set('SCHEDULES', release.schedules, 'release:schedules'),
    set('SUPERVISOR_AS_ROOT', yes(asRoot)),
    set('PROGRAM_USERS', release.services === 'none' ? '' : programUsers(plan)),
    set('INSTALLER', release.installer, 'release:installer'),
    set('BUILD_FROM_SOURCE', release.buildFromSource.join(' '), 'release:build-from-source'),
    set('DATA_MIGRATION', yes(release.dataMigration), 'release:data-migration'),
    set('SYSLOG_ENABLED', yes(logging.enabled), 'release:syslog'),
    set('SYSLOG_FACILITY', logging.facility, 'release:syslog-facility'),
    set('LAYOUT_STYLE', plan.layout.style, 'layout:style'),
    set('CONTENT_DIGEST', digest),
  ];
}

/** Where a setting was written; '' for a default. */
export function settingPlace(setting: string, {settings}: ReleasePlan): string {
  const origin = settings[setting];
  return origin === undefined ? '' : placeText(origin);
}

/** The users that services name for themselves. */
function programUsers(plan: ReleasePlan): string {
  return [...new Set(servicesOf(plan).flatMap(({user}) => user ?? []))].sort().join(' ');
}
