import {relative} from 'node:path';
import type {Diagnostic, Report} from '../diagnostics/diagnostic.js';
import type {Io} from '../io.js';
import type {CfgFile, CfgOption} from '../model/cfg-file.js';
import type {Assignment, Graph, GraphFile} from '../model/graph.js';
import type {Source, Span} from '../model/source.js';
import {sha256} from '../util/digest.js';
import {bothEnds} from '../util/few.js';
import {faultOfFile} from '../util/file-fault.js';
import {indentedHint} from '../util/indented.js';
import {nearest} from '../util/nearest.js';
import {oldHost} from '../util/old-hosts.js';
import {absolutePath, basename, dirname, isAbsolute, isUrl, joinPath, shownUrl} from '../util/path.js';
import {fileLine} from '../util/position.js';
import {compareStrings, words} from '../util/python-string.js';
import {wordSpans} from '../util/word-spans.js';
import {
  downloadOption,
  extendedBy,
  extendsCycle,
  fileMissing,
  fileUnreadable,
  fromCache,
  insecureCredentials,
  notUtf8,
  optionalMissing,
  urlOffline,
  urlUnreachable,
} from './kinds.js';
import {type Fetched, Remote, type RemoteOptions} from './remote.js';
import {RemoteStore} from './remote-store.js';

export interface LoadOptions {
  /** Reads one file's text: `parseCfg` with its target. */
  readonly parse: (source: Source, report: Report) => CfgFile;
  readonly commandLine?: readonly Assignment[];
  /** Whether `~/.buildout/default.cfg` (or that of BUILDOUT_HOME) is read. */
  readonly userDefaults?: boolean;
  /** Where relative names of the command line start. */
  readonly workingDirectory: string;
  /** What `~` means. */
  readonly home: string;
  readonly offline?: boolean;
  /** A folder in place of the extends-cache that files name. */
  readonly extendsCache?: string;
  /** URL to the path of a file that stands in for it. */
  readonly map?: ReadonlyMap<string, string>;
  /** The folder in which cfgc keeps what it fetched; without it nothing is kept. */
  readonly store?: string;
  /** For one answer, where `socket-timeout` of [buildout] says nothing. */
  readonly timeoutMs?: number;
  readonly attempts?: number;
  readonly retryDelayMs?: number;
}

/**
 * Reads a profile and all files that it extends, each once.
 *
 * @param entry  the profile: a path, or a URL
 * @returns the graph of all that could be read; what could not is reported, and left out
 * Source: zc.buildout 6.0.1, buildout._open.
 */
export async function load(entry: string, io: Io, report: Report, options: LoadOptions): Promise<Graph> {
  return new Loader(io, report, options, entry).graph();
}

/** A name in an `extends` option, and where it stands. */
interface Name {
  readonly name: string;
  readonly span: Span | undefined;
  readonly optional: boolean;
}

/** What was read ahead of its use, or why it could not be: the name to say then is known when it is used. */
type Bytes = Uint8Array | Diagnostic | (() => Diagnostic);

interface Frame {
  readonly source: Source;
  readonly file: CfgFile;
  readonly names: readonly Name[];
  readonly base: string;
  readonly extended: GraphFile[];
  required: number;
  next: number;
  /** How this file was reached; undefined for the first. */
  readonly via: Span | undefined;
}

class Loader {
  private readonly remote: Remote;
  private readonly entryPath: string;
  private readonly entryFolder: string;
  private readonly texts = new Map<string, Promise<Bytes>>();
  private readonly sources = new Map<string, Source>();
  private readonly hashes = new Map<string, string>();
  /** What to say of URLs that came from the cache since their host did not answer: said at the place that extends them. */
  private readonly stale = new Map<string, Diagnostic>();
  /** The files on the way from the profile to where reading is. */
  private readonly reading = new Set<string>();
  private readonly done = new Map<string, GraphFile | undefined>();
  /** Paths outside of the profile's folder that no absolute name led to. */
  private readonly above = new Set<string>();
  /** Lines (`file:line`) that are told already: see indentedHint. */
  private readonly indented = new Set<string>();
  private readonly folders = new Map<string, Promise<boolean>>();
  private readonly order: Frame[] = [];
  private readonly edges: Graph['edges'][number][] = [];
  /** Options of [buildout] that say how files are fetched: the profile's, over the user's. */
  private download = new Map<string, CfgOption | string>();
  private reportedDownload = false;

  constructor(
    private readonly io: Io,
    private readonly report: Report,
    private readonly options: LoadOptions,
    entry: string,
  ) {
    this.entryPath = isUrl(entry) ? entry : absolutePath(entry, options.workingDirectory);
    this.entryFolder = isUrl(entry) ? '' : dirname(this.entryPath);
    this.remote = new Remote(io, (path, fault) =>
      report({kind: insecureCredentials, message: `${path} could not be read: ${fault}`, hint: 'see netrc(5)'}),
    );
  }

  async graph(): Promise<Graph> {
    const {options} = this;
    const commandLine = options.commandLine ?? [];
    const userDefaults = options.userDefaults ? await this.userDefaults() : undefined;
    this.addDownloadOptions(userDefaults?.file);
    const beforeFiles = new Map(this.download);
    const entry = await this.read(this.entryPath, '', undefined, (file) => this.addDownloadOptions(file));
    const commandLineExtends: GraphFile[] = [];
    for (const name of words(commandLineExtendsOf(commandLine))) {
      // What the profile says of downloads counts for what it extends itself.
      this.download = new Map(beforeFiles);
      const file = await this.read(basename(name), this.commandLineBase(name), undefined, (each) =>
        this.addDownloadOptions(each),
      );
      if (file) commandLineExtends.push(file);
    }
    const files = this.order.flatMap(({source}) => this.done.get(source.path) ?? []);
    return {
      entry,
      entrySource: entry?.source ?? this.source(this.entryPath, ''),
      files: [...new Set(files)],
      edges: this.edges,
      ...(userDefaults && {userDefaults}),
      commandLine,
      commandLineExtends,
      remote: this.hashes,
      workingDirectory: options.workingDirectory,
      home: options.home,
    };
  }

  private commandLineBase(name: string): string {
    const folder = isUrl(name) ? name.slice(0, name.lastIndexOf('/')) : dirname(name);
    return isUrl(folder) || isAbsolute(folder) ? folder : joinPath(this.options.workingDirectory, folder);
  }

  private async userDefaults(): Promise<GraphFile | undefined> {
    const folder = this.io.env.BUILDOUT_HOME ?? joinPath(this.options.home, '.buildout');
    const path = absolutePath(joinPath(folder, 'default.cfg'), this.options.workingDirectory);
    if (!(await this.exists(path))) return undefined;
    return this.read(path, '', undefined);
  }

  /** Reads a file and all that it extends, depth first. No recursion: chains of files may be long. */
  private async read(
    name: string,
    base: string,
    via: Span | undefined,
    onFirst?: (file: CfgFile) => void,
  ): Promise<GraphFile | undefined> {
    const stack: Frame[] = [];
    const first = await this.open({name, span: via, optional: false}, base, stack, onFirst);
    if (!first) return undefined;
    if (!('names' in first)) return first;
    stack.push(first);
    for (;;) {
      const frame = stack.at(-1)!;
      const wanted = frame.names[frame.next];
      if (!wanted) {
        const file: GraphFile = {
          source: frame.source,
          file: frame.file,
          extends: frame.extended,
          required: frame.required,
        };
        this.done.set(frame.source.path, file);
        this.reading.delete(frame.source.path);
        stack.pop();
        const parent = stack.at(-1);
        if (!parent) return file;
        this.add(parent, file);
        continue;
      }
      if (wanted.optional && !(await this.optionalExists(wanted))) {
        frame.next++;
        continue;
      }
      const opened = await this.open(wanted, frame.base, stack);
      if (opened && 'names' in opened) stack.push(opened);
      else if (opened) this.add(frame, opened);
      else frame.next++;
    }
  }

  private add(parent: Frame, file: GraphFile): void {
    const {optional, span} = parent.names[parent.next++]!;
    parent.extended.push(file);
    if (!optional) parent.required++;
    if (span) this.edges.push({from: parent.source, to: file.source, span});
  }

  /**
   * @param onParsed  told the file before anything that it extends is asked for
   * @returns a frame for a file not read before, the file itself where it was, undefined where it can't be had
   */
  private async open(
    wanted: Name,
    base: string,
    stack: readonly Frame[],
    onParsed?: (file: CfgFile) => void,
  ): Promise<Frame | GraphFile | undefined> {
    if (!this.downloadOptionsHold()) return undefined;
    const path = await this.collapsed(locate(wanted.name, base));
    const ownBase = folderOf(path);
    if (this.isCycle(path, wanted, stack)) return undefined;
    if (this.done.has(path)) {
      const known = this.done.get(path);
      if (known) onParsed?.(known.file);
      // Read before, by other options of downloads; buildout opens what it extends again, by these.
      return !known?.extends.length || this.downloadOptionsHold() ? known : undefined;
    }
    const parent = stack.at(-1)?.source.path;
    if (parent !== undefined) this.ledTo(path, wanted.name, parent);
    const bytes = await this.bytes(path);
    const text = bytes instanceof Uint8Array ? this.decode(bytes, path) : typeof bytes === 'function' ? bytes() : bytes;
    if (typeof text !== 'string') {
      this.done.set(path, undefined);
      const line = wanted.span && indentedHint(wanted.span) && fileLine(wanted.span);
      // The words of such a line are one mistake.
      if (line !== undefined && this.indented.has(line)) return undefined;
      if (line !== undefined) this.indented.add(line);
      this.report(this.placed(text, wanted, stack));
      return undefined;
    }
    const stale = this.stale.get(path);
    if (stale) this.report(this.placed(stale, wanted, stack));
    const source = this.source(path, text);
    if (isUrl(path))
      this.hashes.set(
        // A lock is committed: a name and password are not for it.
        shownUrl(path),
        sha256(bytes as Uint8Array),
      );
    if (isUrl(path) && this.isSameUrlAgain(source, wanted, stack)) return undefined;
    const chain = (): readonly string[] => this.chain(wanted, stack);
    const file = this.options.parse(source, (diagnostic) =>
      this.report({...diagnostic, notes: [...(diagnostic.notes ?? []), ...chain()]}),
    );
    onParsed?.(file);
    const frame: Frame = {
      source,
      file,
      names: this.names(file, chain),
      base: ownBase,
      extended: [],
      required: 0,
      next: 0,
      via: wanted.span,
    };
    this.order.push(frame);
    this.reading.add(path);
    // All that a file extends is asked for at once; the order in which it is used stays.
    for (const {name, optional} of frame.names)
      if (!optional) void this.collapsed(locate(name, ownBase)).then((each) => this.bytes(each));
    return frame;
  }

  /** What [buildout] of a file extends, first the required, then the optional ones. */
  private names(file: CfgFile, chain: () => readonly string[]): Name[] {
    const found: Name[] = [];
    const options = file.sections.find(({name}) => name === 'buildout')?.options ?? [];
    for (const option of ['extends', 'optional-extends'].flatMap((key) => options.filter((each) => each.key === key))) {
      const given = words(option.value);
      const places = wordSpans(option.valueSpan);
      given.forEach((name, index) => {
        const span = places[index]?.word === name ? places[index].span : option.valueSpan;
        found.push({name, span, optional: option.key === 'optional-extends'});
      });
    }
    const old = options.find(({key}) => key === 'extended-by');
    if (old) {
      this.report({
        kind: extendedBy,
        message: '`extended-by` is no longer read by buildout, which refuses the file',
        primary: {span: old.keySpan, text: 'only releases before 1.5 knew it'},
        notes: chain(),
        hint: `delete it, and compile the file that it names, with \`extends = ${basename(file.source.name)}\``,
      });
    }
    return found;
  }

  private isCycle(path: string, wanted: Name, stack: readonly Frame[]): boolean {
    // Most files are not on the way that led to them, which may be long.
    if (!this.reading.has(path)) return false;
    const at = stack.findIndex((frame) => frame.source.path === path);
    if (at < 0) return false;
    this.reportCycle(stack[at]!.source, at, wanted, stack);
    return true;
  }

  /** A cycle by another spelling of a URL (`a/../b.cfg`): buildout goes on until its stack is full. */
  private isSameUrlAgain(source: Source, wanted: Name, stack: readonly Frame[]): boolean {
    const plain = normalName(source.path);
    const at = stack.findIndex((frame) => normalName(frame.source.path) === plain && frame.source.text === source.text);
    if (at < 0) return false;
    this.reportCycle(source, at, wanted, stack);
    return true;
  }

  private reportCycle(source: Source, at: number, wanted: Name, stack: readonly Frame[]): void {
    const circle = [...stack.slice(at).map((frame) => frame.source.name), source.name];
    this.report({
      kind: extendsCycle,
      message: `${stack[at]!.source.name} extends itself`,
      ...(wanted.span && {primary: {span: wanted.span, text: 'here the circle closes'}}),
      notes: [
        `the circle: ${bothEnds(circle, 6, 5).join(' → ')}`,
        ...this.chain(wanted, stack.slice(0, at + 1)).slice(0, -1),
      ],
      hint: 'move what both need into a third file that extends neither',
    });
  }

  /**
   * A path with `x/..` taken out, so that a file that is reached in many ways is one. buildout keeps every spelling apart,
   * of which there can be exponentially many. Where x is a symbolic link, `x/..` is another folder, and stays; where
   * there is no x, it stays too, and there is no such file.
   */
  private async collapsed(path: string): Promise<string> {
    if (isUrl(path) || !/(?:^|\/)\.{0,2}\//.test(path)) return path;
    const kept: string[] = [];
    for (const part of path.split('/').slice(1)) {
      if (part === '' || part === '.') continue;
      const folder = `/${kept.join('/')}`;
      const goesUp = part === '..' && kept.at(-1) !== '..';
      if (goesUp && (kept.length === 0 || (await this.isFolder(folder)))) kept.pop();
      else kept.push(part);
    }
    // `a.cfg/` is no file, whatever `a.cfg` is.
    return `/${kept.join('/')}${/\/\.?$/.test(path) && kept.length > 0 ? '/' : ''}`;
  }

  private isFolder(path: string): Promise<boolean> {
    let known = this.folders.get(path);
    if (!known) {
      known = this.io.pathKind(path).then((kind) => kind === 'folder');
      this.folders.set(path, known);
    }
    return known;
  }

  private async optionalExists({name, span}: Name): Promise<boolean> {
    // buildout looks from the working folder, then opens from the folder of the file. A URL is no file to it.
    if (await this.exists(await this.collapsed(joinPath(this.options.workingDirectory, name)))) return true;
    this.report({
      kind: optionalMissing,
      message: `optional-extends file not found: ${name}`,
      ...(span && {primary: {span, text: 'nothing is read for it'}}),
      notes: [`buildout looks for it from the working folder, ${this.options.workingDirectory}`],
      hint: 'start cfgc in the folder that the name is relative to, or name the file under `extends`',
    });
    return false;
  }

  private async exists(path: string): Promise<boolean> {
    try {
      return (await this.io.readFile(path)) !== undefined;
    } catch (error) {
      // What is there and can't be read is there.
      return !['ENAMETOOLONG', 'ELOOP', 'ERR_INVALID_ARG_VALUE'].includes((error as NodeJS.ErrnoException).code ?? '');
    }
  }

  private bytes(path: string): Promise<Bytes> {
    let known = this.texts.get(path);
    if (!known) {
      known = isUrl(path) ? this.remoteBytes(path) : this.fileBytes(path);
      this.texts.set(path, known);
    }
    return known;
  }

  private async fileBytes(path: string): Promise<Bytes> {
    try {
      const bytes = await this.io.readFile(path);
      if (bytes) return bytes;
      const names = (await this.io.names?.(dirname(path))) ?? [];
      const beside = (name: string): string => this.shown(joinPath(dirname(path), name));
      const near = nearest(basename(path), names.filter(isProfile));
      // The first thing that someone types in the folder of a buildout.
      const first = basename(path) === 'prod.cfg' && names.includes('buildout.cfg');
      const hint = near
        ? `did you mean \`${beside(near)}\`?`
        : first
          ? `\`cfgc init ${beside('buildout.cfg')}\` writes a first one for the buildout that is there`
          : undefined;
      return () => ({
        kind: fileMissing,
        message: `there is no file ${this.shown(path)}`,
        ...(hint && {hint}),
      });
    } catch (error) {
      return () => ({kind: fileUnreadable, message: `${this.shown(path)} can't be read: ${faultOfFile(error)}`});
    }
  }

  private async remoteBytes(url: string): Promise<Uint8Array | Diagnostic> {
    let fetched: Fetched;
    try {
      fetched = await this.remote.read(url, this.remoteOptions());
    } catch (error) {
      return {kind: fileUnreadable, message: `${shownUrl(url)} can't be read: ${faultOfFile(error)}`};
    }
    const shown = shownUrl(url);
    if ('bytes' in fetched) {
      if (fetched.staleBecause !== undefined)
        this.stale.set(url, {
          kind: fromCache,
          message: `${shown} was read from a copy of before: ${fetched.staleBecause}`,
          hint: '--offline says that the cache is meant',
        });
      return fetched.bytes;
    }
    if (fetched.missing === 'map')
      return {
        kind: fileMissing,
        message: `there is no file ${fetched.path}, which --map puts in the place of ${shown}`,
        hint: 'correct the path behind --map',
      };
    if (fetched.missing === 'cache') return this.missingCache(fetched.path);
    if (fetched.missing === 'offline')
      return {
        kind: urlOffline,
        message: `${shown} is not at hand, and nothing may be fetched`,
        hint: `compile once without --offline, or stand in for it: --map '${shown}=copy.cfg'`,
      };
    const login =
      fetched.status === 401 ? `put \`machine ${hostOf(url)} login NAME password PASSWORD\` into ~/.netrc, or ` : '';
    const old = oldHost(url);
    return {
      kind: urlUnreachable,
      message: `${shown} can't be had: ${fetched.why}`,
      ...(old && {notes: [`${old.host} ${old.what}; ${old.now}`]}),
      hint: `${login}stand in for it: --map '${shown}=copy.cfg'`,
    };
  }

  private remoteOptions(): RemoteOptions {
    const {options} = this;
    const offline = this.downloadValue('offline') === 'true' || this.downloadValue('install-from-cache') === 'true';
    return {
      offline: options.offline === true || offline,
      map: options.map ?? new Map(),
      cache: options.extendsCache ?? this.cacheFolder(),
      store: options.store === undefined ? undefined : new RemoteStore(this.io, options.store),
      preferNetwork: (this.downloadValue('newest') ?? 'true') === 'true',
      timeoutMs: this.socketTimeoutMs() ?? options.timeoutMs ?? 30_000,
      attempts: options.attempts ?? 3,
      retryDelayMs: options.retryDelayMs ?? 500,
      home: options.home,
    };
  }

  /** Whole seconds; what is no number is reported where all options are there. */
  private socketTimeoutMs(): number | undefined {
    const seconds = Number(this.downloadValue('socket-timeout')?.trim() || Number.NaN);
    return Number.isSafeInteger(seconds) && seconds > 0 ? seconds * 1000 : undefined;
  }

  /** A `~` in it is the home folder only once all files are read. Source: zc.buildout 6.0.1, download.Download. */
  private cacheFolder(): string | undefined {
    const cache = this.downloadValue('extends-cache');
    if (!cache) return undefined;
    const directory = joinPath(this.entryFolder, this.downloadValue('directory') ?? '');
    return absolutePath(joinPath(directory, cache), this.options.workingDirectory);
  }

  /** One place for all files at URLs, so that it is shown once. */
  private missingCache(folder: string): Diagnostic {
    const option = this.download.get('extends-cache');
    const span = typeof option === 'object' ? option.valueSpan : undefined;
    const without = 'give `buildout:extends-cache=` on the command line, to read without it';
    return {
      kind: downloadOption,
      message: `there is no folder ${this.shown(folder)}, which \`extends-cache\` names, and files at URLs are read by way of it`,
      ...(span && {primary: {span, text: 'buildout stops here too'}}),
      hint: /(^|\/)~/.test(this.downloadValue('extends-cache')!)
        ? `write the whole path: here buildout takes \`~\` for the name of a folder; or ${without}`
        : `make the folder, or ${without}`,
    };
  }

  private addDownloadOptions(file: CfgFile | undefined): void {
    const options = file?.sections.find(({name}) => name === 'buildout')?.options ?? [];
    const signed = options.filter(({key}) => /[-+]$/.test(key));
    for (const option of options) if (!signed.includes(option)) this.download.set(option.key, option);
    // Additions before what is taken. Source: zc.buildout 6.0.1, `_update_section`.
    for (const option of signed.sort((a, b) => compareStrings(a.key, b.key))) {
      const adds = option.key.endsWith('+');
      const name = option.key.replace(adds ? /[ +]+$/ : /[ -]+$/, '');
      const before = this.downloadValue(name) ?? '';
      const taken = option.value.split('\n');
      const lines = before.split('\n').filter((line) => !taken.includes(line));
      this.download.set(name, {...option, value: adds ? `${before}\n${option.value}` : lines.join('\n')});
    }
    const given = (this.options.commandLine ?? []).filter(({section}) => section === 'buildout');
    // buildout sorts them, so that the greatest of several values is the last.
    for (const {option, value} of [...given].sort((a, b) => compareStrings(a.value, b.value)))
      this.download.set(option, value);
  }

  private downloadValue(name: string): string | undefined {
    const option = this.download.get(name);
    return typeof option === 'object' ? option.value : option;
  }

  /** Reported once: buildout stops at the first file that it opens with such an option. */
  private downloadOptionsHold(): boolean {
    const newest = this.downloadValue('newest') ?? 'true';
    const cache = this.downloadValue('extends-cache');
    const wrong =
      newest !== 'true' && newest !== 'false' ? 'newest' : cache && holdsReference(cache) ? 'extends-cache' : undefined;
    if (!wrong) return true;
    if (this.reportedDownload) return false;
    this.reportedDownload = true;
    const option = this.download.get(wrong);
    const span = typeof option === 'object' ? option.valueSpan : undefined;
    this.report({
      kind: downloadOption,
      message:
        wrong === 'newest'
          ? `\`newest = ${newest}\` is neither true nor false`
          : `\`extends-cache = ${cache}\` may not hold a substitution`,
      ...(span && {primary: {span, text: 'needed before anything is substituted'}}),
      hint: wrong === 'newest' ? 'write `newest = false`' : 'write a path, such as `extends-cache = cache`',
    });
    return false;
  }

  private decode(bytes: Uint8Array, path: string): string | Diagnostic {
    try {
      return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
    } catch {
      const text = new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes);
      const source = this.source(path, text);
      const at = Math.max(0, text.indexOf('\ufffd'));
      return {
        kind: notUtf8,
        message: `${source.name} is not UTF-8`,
        primary: {span: {source, start: at, end: at + 1}, text: encodingText(bytes)},
        hint: `convert it: iconv -f latin1 -t utf-8 ${basename(source.name)} > new.cfg`,
      };
    }
  }

  private source(path: string, text: string): Source {
    const known = this.sources.get(path);
    if (known && known.text === text) return known;
    const source: Source = {name: this.shown(path), path, text};
    this.sources.set(path, source);
    return source;
  }

  /** The name for people: from the profile's folder, so that it does not depend on where the compiler was started. */
  private shown(path: string): string {
    if (isUrl(path)) return shownUrl(path);
    const folder = this.entryFolder.endsWith('/') ? this.entryFolder : `${this.entryFolder}/`;
    if (this.entryFolder !== '' && path.startsWith(folder)) return path.slice(folder.length);
    return this.above.has(path) ? relative(this.entryFolder, path) : path;
  }

  /** A file beside the profile's folder that relative names led to (`../common.cfg`) has the same name in every clone. */
  private ledTo(path: string, name: string, from: string): void {
    if (this.entryFolder === '' || isUrl(path) || isAbsolute(name)) return;
    if (from === this.entryPath || this.above.has(from) || !isAbsolute(this.shown(from))) this.above.add(path);
  }

  private placed(diagnostic: Diagnostic, wanted: Name, stack: readonly Frame[]): Diagnostic {
    const chain = this.chain(wanted, stack);
    // One step alone is what the caret shows.
    const notes = [...(diagnostic.notes ?? []), ...(chain.length > 1 ? chain : [])];
    const span = wanted.span;
    const hint =
      (span && indentedHint(span)) ??
      diagnostic.hint ??
      (wanted.name.startsWith('#') || wanted.name.startsWith(';') ? commentHint : undefined);
    const local = diagnostic.kind === fileMissing && stack.length > 0;
    return {
      ...diagnostic,
      ...(!diagnostic.primary &&
        span && {
          // A name and password in a URL are for no log.
          primary: {span, text: 'extended here', ...(shownUrl(wanted.name) !== wanted.name && {conceal: true})},
        }),
      ...(notes.length > 0 && {notes}),
      hint: hint ?? (local ? 'names are taken from the folder of the file that names them' : 'check the name'),
    };
  }

  /** How a file was reached, from the profile on. */
  private chain(wanted: Name, stack: readonly Frame[]): readonly string[] {
    const steps: string[] = [];
    let to = wanted.name;
    let span = wanted.span;
    for (let at = stack.length - 1; at >= 0 && span; at--) {
      steps.push(`${fileLine(span)} extends ${shownUrl(to)}`);
      to = stack[at]!.source.name;
      span = stack[at]!.via;
    }
    return bothEnds(steps.reverse(), 6, 5);
  }
}

const commentHint = 'a comment begins in the first column; indented, it is read as names of files';

/** Files that one extends have a name like this; what else lies in the folder is not proposed. */
function isProfile(name: string): boolean {
  return /\.(cfg|conf|ini|txt)$/i.test(name);
}

/** `${` with a `}` somewhere behind it. */
function holdsReference(value: string): boolean {
  const start = value.indexOf('${');
  return start >= 0 && value.includes('}', start);
}

/** What a name means in a file of a folder. Source: zc.buildout 6.0.1, buildout._open. */
function locate(name: string, base: string): string {
  if (isUrl(name)) return name;
  if (isUrl(base)) return isAbsolute(name) ? name : `${base}/${name}`;
  return joinPath(base, name);
}

function folderOf(path: string): string {
  return isUrl(path) ? path.slice(0, path.lastIndexOf('/')) : dirname(path);
}

function normalName(path: string): string {
  try {
    return new URL(path).href;
  } catch {
    return path;
  }
}

function commandLineExtendsOf(commandLine: readonly Assignment[]): string {
  const given = commandLine.filter(({section, option}) => section === 'buildout' && option === 'extends');
  return (
    given
      .map(({value}) => value)
      .sort()
      .at(-1) ?? ''
  );
}

function encodingText(bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return 'this looks like UTF-16';
  return 'this byte is no part of a character';
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return 'HOST';
  }
}
