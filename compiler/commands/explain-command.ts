import type {ReadOptions} from './options.js';

/** `cfgc explain [CFGnnn | name | SECTION:OPTION] [FILE] [section:option=value …]`. */
export async function explainCommand(
  what: string | undefined,
  file: string | undefined,
  words: readonly string[],
  options: ReadOptions,
): Promise<number> {
  if (what === undefined) {
    const {listKinds} = await import('../diagnostics/explain.js');
    process.stdout.write(listKinds());
    return 0;
  }
  if (file !== undefined) {
    const {explainOptionCommand} = await import('./explain-option-command.js');
    return explainOptionCommand(what, file, words, options);
  }
  const {explainSetting, nearestSetting} = await import('../settings/explain-setting.js');
  const setting = explainSetting(what);
  if (setting !== undefined) {
    process.stdout.write(setting);
    return 0;
  }
  if (what.includes(':')) {
    const near = nearestSetting(what);
    process.stderr.write(
      `cfgc: \`${what}\` is no setting of cfgc${near ? `; did you mean \`${near}\`?` : ''}\nfor an option of a profile: cfgc explain ${what} FILE\n`,
    );
    return 2;
  }
  const {explainKind} = await import('../diagnostics/explain.js');
  const answer = explainKind(what);
  if ('page' in answer) {
    process.stdout.write(answer.page);
    return 0;
  }
  process.stderr.write(`cfgc: ${answer.unknown}\n`);
  return 2;
}
