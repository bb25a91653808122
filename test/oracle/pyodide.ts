// CPython as WebAssembly in the place of a Python that runs ask.py: node pyodide.js FOLDER LIBRARIES, one JSON line for each line.

import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';
import {projectRoot} from '../harness/tools.js';

/** As much of the package `pyodide` as is used here: it is no dependency, whoever records says where it lies. */
interface Pyodide {
  mountNodeFS(at: string, folder: string): void;
  runPythonAsync(source: string): Promise<unknown>;
  readonly globals: {get(name: string): (line: string) => string};
}

const [folder, libraries] = process.argv.slice(2);
const module = (await import(pathToFileURL(join(folder!, 'pyodide.mjs')).href)) as {
  loadPyodide(options: {stdout: (line: string) => void}): Promise<Pyodide>;
};
const pyodide = await module.loadPyodide({stdout: (line) => process.stderr.write(`${line}\n`)});
pyodide.mountNodeFS('/libraries', libraries!);
pyodide.mountNodeFS('/oracle', join(projectRoot, 'test/oracle'));
await pyodide.runPythonAsync(`
import json
import sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/oracle", "/libraries"]
import ask


def answer_line(line):
    return json.dumps(ask.answer(json.loads(line)))
`);
const answer = pyodide.globals.get('answer_line');
for await (const line of createInterface({input: process.stdin})) process.stdout.write(`${answer(line)}\n`);
