import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import {unspeakableService} from './supervisor-conf.js';
import {jobWithoutUnit} from './systemd-timer.js';
import {listenerWithoutSupervisor, secretOnCommandLine} from './systemd-unit.js';

/** What can be wrong with a service or a job when its file is written. */
export const serviceKinds: readonly DiagnosticKind[] = [
  unspeakableService,
  listenerWithoutSupervisor,
  secretOnCommandLine,
  jobWithoutUnit,
];
