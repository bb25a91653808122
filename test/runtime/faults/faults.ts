/** The faults that a deploy is put through, in the order of the table that `npm run faults` prints. */
import {commandAlone, installerAlone, shellAlone} from './alone.js';
import {diskFull, diskReadOnly, inodesGone, temporaryFull} from './disks.js';
import {clockBack, toolMissing, twoAtOnce} from './hosts.js';
import {killedAtCommands, killedAtLines, killedAtSteps} from './kills.js';
import {leftByCalls, leftByInstallers, leftByRollback} from './leavings.js';
import {lyingIndex, noNetwork} from './networks.js';
import {signalsAtCommands, signalsInSteps} from './signals.js';
import type {Fault} from './site.js';

export const faults: readonly Fault[] = [
  killedAtSteps,
  killedAtCommands,
  killedAtLines,
  leftByCalls,
  leftByRollback,
  leftByInstallers,
  commandAlone,
  installerAlone,
  shellAlone,
  signalsInSteps,
  signalsAtCommands,
  diskFull,
  inodesGone,
  diskReadOnly,
  temporaryFull,
  lyingIndex,
  noNetwork,
  toolMissing,
  clockBack,
  twoAtOnce,
];
