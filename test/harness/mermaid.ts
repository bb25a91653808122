/** What Mermaid itself reads in a flowchart: its own parser, without a browser. */
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {createContext, Script} from 'node:vm';

export interface Flowchart {
  /** Labels of the nodes as they are shown, the lines of one apart by "\n". */
  readonly labels: readonly string[];
  /** From and to, by label. */
  readonly edges: readonly (readonly [string, string])[];
  /** Titles of the frames. */
  readonly frames: readonly string[];
}

/** The part of Mermaid 11 that is asked. */
interface Mermaid {
  parse(text: string): Promise<unknown>;
  readonly mermaidAPI: {getDiagramFromText(text: string): Promise<{readonly db: Database}>};
}

interface Database {
  getVertices(): ReadonlyMap<string, {readonly id: string; readonly text: string}>;
  getEdges(): readonly {readonly start: string; readonly end: string}[];
  getSubGraphs(): readonly {readonly title: string}[];
}

let loaded: Promise<Mermaid> | undefined;

/** @throws where Mermaid takes the text for no diagram */
export async function readFlowchart(text: string): Promise<Flowchart> {
  loaded ??= loadMermaid();
  const mermaid = await loaded;
  // Before the first of these Mermaid knows no kind of diagram.
  await mermaid.parse(text);
  const {db} = await mermaid.mermaidAPI.getDiagramFromText(text);
  const labels = new Map([...db.getVertices().values()].map((vertex) => [vertex.id, shown(vertex.text)]));
  return {
    labels: [...labels.values()],
    edges: db.getEdges().map(({start, end}) => [labels.get(start)!, labels.get(end)!] as const),
    frames: db.getSubGraphs().map(({title}) => title),
  };
}

/** In a context of its own, with as much of a browser as Mermaid asks for while it is loaded: labels are not cleaned there. */
async function loadMermaid(): Promise<Mermaid> {
  const source = await readFile(createRequire(import.meta.url).resolve('@mermaid-js/tiny'), 'utf8');
  const document = {nodeType: 9, implementation: {}, createElement: () => ({}), addEventListener: () => {}};
  const window = {document, Element: class {}, addEventListener: () => {}};
  const context = createContext({window, document, console, structuredClone, setTimeout, clearTimeout, URL});
  new Script(source).runInContext(context);
  return (context as unknown as {mermaid: Mermaid}).mermaid;
}

/** As Mermaid draws a label: `#34;` is the character, also by name; a line end is written as HTML. */
function shown(label: string): string {
  // What it makes of entities until it draws. Source: mermaid, utils.ts, `encodeEntities`.
  return label.replaceAll('<br>', '\n').replace(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCodePoint(Number(code)));
}
