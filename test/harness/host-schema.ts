import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import {projectRoot} from './tools.js';

const schema = JSON.parse(readFileSync(join(projectRoot, 'docs/schemas/cfgc-host-1.schema.json'), 'utf8'));
const ajv = new Ajv2020.default({allErrors: true});
ajv.addSchema(schema);

/** What the published schema of this name has against a value of the release script; '' where nothing. */
export function unfit(name: string, value: unknown): string {
  const fits = ajv.getSchema(`cfgc-host/1#/$defs/${name}`);
  if (fits === undefined) throw new Error(`the schema has no ${name}`);
  return fits(value) ? '' : JSON.stringify(fits.errors);
}
