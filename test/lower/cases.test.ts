import test from 'ava';
import {caseFolders} from '../harness/tools.js';
import {expectFile, lowerFolder, printDiagnostics, printPlan} from './harness.js';

for (const {name, folder} of caseFolders('lower')) {
  test(`lower: ${name}`, async (t) => {
    const lowered = await lowerFolder(folder);
    expectFile(t, folder, 'expected.plan', printPlan(lowered));
    expectFile(t, folder, 'expected.diagnostics', printDiagnostics(lowered));
  });
}
