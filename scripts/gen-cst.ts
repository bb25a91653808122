// Writes grammar/cfg-cst.d.ts from the grammar: `npm run gen:cst`.
import {writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {generateCstDts} from 'chevrotain';
import {CfgParser} from '../grammar/cfg-parser.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const head = '// Made from cfg-parser.ts by `npm run gen:cst`.\n';
writeFileSync(join(root, 'grammar/cfg-cst.d.ts'), head + generateCstDts(new CfgParser().getGAstProductions()));
