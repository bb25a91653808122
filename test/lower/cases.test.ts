import test from 'ava';
import {caseFolders} from '../harness/tools.js';
import {expectFile, lowerFolder, printDiagnostics, printPlan} from './harness.js';

for (const {name, folder} of caseFolders('lower')) {
  test(`lower: ${name}`, (t) => {
    const lowered = lowerFolder(folder);
    expectFile(t, folder, 'expected.plan', printPlan(lowered));
    expectFile(t, folder, 'expected.diagnostics', printDiagnostics(lowered));
  });
}
