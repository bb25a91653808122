import test from 'ava';
import {html} from '../../compiler/emit/quote.js';
import {emitReport} from '../../compiler/emit/report.js';
import {fullPlan, hostileValue, sampleLock, samplePlan} from './sample-plan.js';

test('the report is one page with nothing of the plan as markup', (t) => {
  const page = emitReport(fullPlan(), sampleLock());
  t.true(page.includes(html(hostileValue)));
  const tags = new Set([...page.matchAll(/<\/?([^\s>]+)/g)].map(([, name]) => name));
  t.deepEqual([...tags].sort(), [
    '!--',
    '!DOCTYPE',
    'body',
    'h1',
    'h2',
    'head',
    'html',
    'meta',
    'style',
    'table',
    'td',
    'th',
    'title',
    'tr',
  ]);
  t.notRegex(page, /\b(src|href|on\w+)="/);
});

test('the report tells what runs, what is installed, and where it is from', (t) => {
  const page = emitReport(samplePlan(), sampleLock());
  t.regex(page, /<h2>Services<\/h2>[\s\S]*<td>web<\/td><td>{bin}\/hello<\/td>[\s\S]*<td>web, base\.cfg:10<\/td>/);
  t.regex(page, /<h2>Distributions<\/h2>[\s\S]*<td>jinja2<\/td><td>[\d.]+<\/td>/);
  t.regex(page, /<h2>Made from<\/h2>[\s\S]*<td>prod\.cfg<\/td><td>1{64}<\/td>/);
  // A heading stands over something.
  t.notRegex(page, /<h2>(Backups|Jobs|Downloads)<\/h2>/);
  t.is(page, emitReport(samplePlan(), sampleLock()));
});
