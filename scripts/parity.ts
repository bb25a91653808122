// Runs the real recipes over the cases of test/parity/cases, records what they wrote and shows what changed: `npm run parity [CASE…]`.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {caseFolders, execute, projectRoot, toolBox} from '../test/harness/tools.js';
import {runRecipes} from '../test/parity/real.js';
import {printRecording} from '../test/parity/recording.js';

const askEntryPoints = `
import importlib.metadata, json, re
found = {}
for one in importlib.metadata.distributions():
    name = re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower()
    points = {p.name: p.value.partition("[")[0].strip().replace(":", ".") for p in one.entry_points if p.group == "console_scripts"}
    if points:
        found[name] = points
print(json.dumps(found, indent=2, sort_keys=True))
`;

const box = await toolBox('recipes');
if (box.missing) throw new Error(`the recipes can't be had: ${box.missing}`);
const wanted = process.argv.slice(2);
let changed = 0;
const record = (file: string, text: string): void => {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (before === text) return;
  changed++;
  console.log(`${before === undefined ? 'new' : 'changed'}: ${file.slice(projectRoot.length + 1)}`);
  writeFileSync(file, text);
};

const asked = await execute([box.python, '-I', '-c', askEntryPoints]);
if (asked.status !== 0) throw new Error(asked.stderr);
record(join(projectRoot, 'test/parity/entry-points.json'), asked.stdout);
const chosen = caseFolders('parity').filter(({name}) => wanted.length === 0 || wanted.includes(name));
for (const {folder} of chosen) record(join(folder, 'recorded.txt'), printRecording(await runRecipes(box, folder)));
console.log(`${chosen.length} cases run, ${changed} recordings changed; git diff shows how`);
process.exitCode = changed === 0 ? 0 : 1;
