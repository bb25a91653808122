/** Prints what becomes of the parts of real configurations: `npm run corpus -- --lower [part-of-a-path]`. */
import {lowerCorpus, outcomes} from '../test/lower/corpus.js';

/** @returns whether the aims hold: 97 of 100 parts, no option of more than two repositories unknown, no crash */
export async function printLowered(corpus: string, part: string): Promise<boolean> {
  const found = await lowerCorpus(corpus, (file) => file.includes(part));
  const {crashes, errors, notUnderstood, profiles, refused} = found;
  for (const [title, counts] of [
    ['profile', profiles],
    ['recipe', found.recipes],
  ] as const) {
    console.log(`\n${outcomes.map((name) => name.padStart(8)).join(' ')}  ${title}`);
    for (const [name, count] of counts)
      console.log(`${outcomes.map((outcome) => String(count[outcome]).padStart(8)).join(' ')}  ${name}`);
  }
  const options = [...notUnderstood].sort(([, a], [, b]) => b.size - a.size);
  console.log('\nrepositories  option not understood');
  for (const [option, repositories] of options) console.log(`${String(repositories.size).padStart(12)}  ${option}`);
  console.log('\nprofiles  error');
  for (const [kind, count] of errors) console.log(`${String(count).padStart(8)}  ${kind}`);
  console.log('\nrefused');
  for (const line of refused) console.log(line);
  for (const crash of crashes) console.log(`crash: ${crash}`);
  const sums = [...profiles.values()].reduce(
    (sum, count) => ({
      good: sum.good + count.lowered + count.mended + count['left out'],
      all: sum.all + count.lowered + count.mended + count['left out'] + count.bridged + count.refused,
    }),
    {good: 0, all: 0},
  );
  const frequent = options.filter(([, repositories]) => repositories.size > 2).length;
  console.log(
    `\n${profiles.size} profiles, ${sums.all} parts, ${((100 * sums.good) / sums.all).toFixed(1)} % lowered or left out, of the parts that can be resolved; ` +
      `${frequent} options of more than two repositories not understood; ${crashes.length} crashes`,
  );
  return sums.good >= 0.97 * sums.all && frequent === 0 && crashes.length === 0;
}
