"""Asks the real zc.buildout 6.0.1: one JSON request a line on standard input, one JSON answer a line on standard output.

    {"op": "parse", "files": {NAME: TEXT or {"b64": …}}, "entry": NAME}
    {"op": "resolve", "files": …, "entry": NAME, "cmdline": [WORD, …], "urls": {URL: TEXT}, "home": {NAME: TEXT}}
    {"op": "command", …, "command": "annotate" or "query", "args": [WORD, …]} -> {"output": TEXT} or {"error": …}
    {"op": "conditions", "conditions": [TEXT, …], "target": {…} or absent for this machine} -> {"answers": […]}

Answers are described in test/oracle/README.md. Nothing is installed, no recipe or extension is loaded, no folder made,
nothing downloaded: a URL is looked up in the request alone. Section conditions are evaluated, as buildout does.
"""
import base64
import contextlib
import copy
import io
import json
import os
import shutil
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
import machines  # noqa: E402
import zc.buildout  # noqa: E402
import zc.buildout.buildout as bo  # noqa: E402
import zc.buildout.configparser as cp  # noqa: E402
import zc.buildout.download as dl  # noqa: E402

OPENED = []
CACHE = None
REAL_PARSE = cp.parse
EFFECTS = ("makedirs", "mkdir", "chdir")
MARKS = {"ADD": "+", "REMOVE": "-"}
LETTERS = {"DEFAULT_VALUE": "D", "COMPUTED_VALUE": "C", "COMMAND_LINE_VALUE": "L", "IMPLICIT_VALUE": "I"}


class QuickCopy:
    """`copy` for buildout, which copies configurations again and again: these are dicts of keys with a history, whose items
    are never changed. Objects that are one stay one, as with the real thing."""

    def __init__(self, real):
        self.copy, self.real = real.copy, real.deepcopy

    def deepcopy(self, value, memo=None):
        if type(value) is str:
            return value
        memo = {} if memo is None else memo
        known = memo.get(id(value))
        if known is not None:
            return known
        if type(value) is dict:
            memo[id(value)] = new = {}
            for key, item in value.items():
                new[key] = self.deepcopy(item, memo)
            return new
        if type(value) is bo.SectionKey:
            memo[id(value)] = new = bo.SectionKey.__new__(bo.SectionKey)
            new.__dict__.update(value.__dict__)
            new.history = list(value.history)
            return new
        if type(value) is list:
            memo[id(value)] = new = []
            new.extend(self.deepcopy(item, memo) for item in value)
            return new
        return value if type(value) is bo.HistoryItem else self.real(value, memo)


bo.copy = QuickCopy(copy)


class CacheOnly(dl.Download):
    def __init__(self, *args, **kw):
        super().__init__(*args, **kw)
        self.offline, self.fallback, self.cache = True, False, None

    def __call__(self, url, md5sum=None, path=None):
        cached = os.path.join(CACHE, self.filename(url))
        if os.path.exists(cached):
            return cached, False
        return self.download(url, md5sum, path)


def recording_parse(fp, name, *args, **kw):
    OPENED.append(name.split(" (downloaded as ")[0])
    return REAL_PARSE(fp, name, *args, **kw)


class Strict(bo.Options):
    """A recipe is named, never loaded."""

    def initialize(self):
        bo._recipe(self._data)


class Lenient(Strict):
    """An option that fails does not keep its neighbours from being read."""

    def _initialize(self):
        if "<" in self._raw:
            try:
                self._raw = self._do_extend_raw(self.name, self._raw, [])
            except Exception as error:
                self.macro_error = error
        for key, value in sorted(self._raw.items()):
            if "${" in value:
                with contextlib.suppress(Exception):
                    self._dosub(key, value)


class StrictBuildout(bo.Buildout):
    Options = Strict

    def _setup_logging(self):
        import logging
        loggers = logging.getLogger(), logging.getLogger("zc.buildout")
        kept = [list(each.handlers) for each in loggers], loggers[0].level
        super()._setup_logging()
        for each, handlers in zip(loggers, kept[0]):
            each.handlers[:] = handlers
        loggers[0].setLevel(kept[1])


class LenientBuildout(StrictBuildout):
    Options = Lenient


@contextlib.contextmanager
def harmless():
    kept = {name: getattr(os, name) for name in EFFECTS}
    said = io.StringIO()
    try:
        for name in EFFECTS:
            setattr(os, name, lambda *a, **k: None)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
            yield said
    finally:
        for name, function in kept.items():
            setattr(os, name, function)


def failure(error, normal):
    message = " ".join(map(str, error.args)) if isinstance(error, bo.MissingOption) else str(error)
    if isinstance(error, SyntaxError):
        message = error.msg or ""
    return {"class": type(error).__name__, "message": normal(message)[:500]}


def assignments(words):
    found, user, verbosity = [], True, 0
    for word in words:
        if not word.startswith("-"):
            option, value = word.split("=", 1)
            names = option.split(":")
            names = ["buildout"] + names if len(names) == 1 else names
            found.append((names[0].strip(), names[1].strip(), value.strip()))
            continue
        for flag in word[1:]:
            if flag == "U":
                user = False
            elif flag in "oO":
                found.append(("buildout", "offline", "true" if flag == "o" else "false"))
            elif flag in "nN":
                found.append(("buildout", "newest", "true" if flag == "n" else "false"))
            elif flag in "vq":
                verbosity += 10 if flag == "v" else -10
    if verbosity:
        found.append(("buildout", "verbosity", str(verbosity)))
    return found, user


def build(kind, path, words):
    options, user = assignments(words)
    made, error = kind.__new__(kind), None
    with harmless() as said:
        try:
            made.__init__(path, options, user, "annotate", [])
        except (Exception, SystemExit) as caught:
            error = caught
    return made, error, said.getvalue()


def parse(path, normal):
    try:
        with open(path) as fp:
            got = REAL_PARSE(fp, path, bo._default_globals)
        return {"sections": [[s, [[k, normal(v)] for k, v in o.items()]] for s, o in got.items()]}
    except Exception as error:
        return {"error": failure(error, normal)}


def origin(key, places, normal):
    found = []
    for item in reversed(key.history):
        source = LETTERS.get(item.source) or str(places.get(normal(item.source), "?"))
        found.append(MARKS.get(item.operation, "") + source)
        if item.operation not in MARKS:
            break
    return " ".join(reversed(found))


def resolve(path, words, normal):
    del OPENED[:]
    strict, error, said = build(StrictBuildout, path, words)
    files = list(dict.fromkeys(normal(name) for name in OPENED))
    answer = {"status": "error" if error else "ok", "files": files}
    notes = [normal(line) for line in said.splitlines() if line.startswith("optional-extends")]
    if notes:
        answer["notes"] = notes
    if error:
        answer["error"] = failure(error, normal)
        return answer
    try:
        with harmless():
            answer["parts"] = strict["buildout"]["parts"].split()
            for part in answer["parts"]:
                strict[part]["recipe"]
        answer["order"] = list(strict._parts)
    except Exception as caught:
        answer["install_error"] = failure(caught, normal)
    lenient, _, _ = build(LenientBuildout, path, words)
    places = {name: index for index, name in enumerate(files)}
    answer["sections"] = rows = []
    for section in sorted(lenient._raw):
        with harmless():
            options = lenient[section]
        known = lenient._annotated.get(section, {})
        row = []
        for key in sorted(options.keys()):
            try:
                with harmless():
                    value = normal(options[key])
            except Exception as caught:
                value = {"error": failure(caught, normal)}
            row.append([key, value, origin(known[key], places, normal) if key in known else None])
        rows.append([section, row])
    return answer


def command(path, words, name, args, normal):
    """What `buildout annotate` and `buildout query` print."""
    made, error, _ = build(StrictBuildout, path, words)
    if error:
        return {"error": failure(error, normal)}
    try:
        with harmless() as said:
            getattr(made, name)(args)
    except (Exception, SystemExit) as caught:
        return {"error": failure(caught, normal)}
    return {"output": normal(said.getvalue())}


def write(folder, files, root):
    for name, content in files.items():
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        data = base64.b64decode(content["b64"]) if isinstance(content, dict) else content.replace("@ROOT@", root).encode()
        with open(target, "wb") as f:
            f.write(data)


def conditions(request):
    target = request.get("target")
    with machines.machine(target) if target else contextlib.nullcontext():
        return {"answers": machines.decide(REAL_PARSE, bo._default_globals, request["conditions"])}


def answer(request):
    global CACHE
    if request["op"] == "conditions":
        return conditions(request)
    base = os.path.realpath(tempfile.mkdtemp(prefix="oracle-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    root = os.path.join(base, "above", "root")  # so that `..` is a folder of the request, too
    home = os.path.join(root, ".home")
    CACHE = os.path.join(root, ".cache")
    here = os.getcwd()

    def normal(text):
        return text.replace(sys.executable, "@PYTHON@").replace(home, "@HOME@").replace(root, "@ROOT@").replace(base, "@BASE@")

    try:
        os.makedirs(CACHE)
        write(root, request["files"], root)
        write(os.path.join(home, ".buildout"), request.get("home", {}), root)
        namer = dl.Download(hash_name=True)
        write(CACHE, {namer.filename(url): text for url, text in request.get("urls", {}).items()}, root)
        os.environ["HOME"] = home
        entry = os.path.join(root, request["entry"])
        os.chdir(os.path.dirname(entry))
        if request["op"] == "parse":
            return parse(entry, normal)
        words = [word.replace("@ROOT@", root) for word in request.get("cmdline", [])]
        if request["op"] == "command":
            return command(entry, words, request["command"], request["args"], normal)
        return resolve(entry, words, normal)
    finally:
        os.chdir(here)
        shutil.rmtree(base, ignore_errors=True)


def main():
    dl.Download = CacheOnly
    cp.parse = recording_parse
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    for line in sys.stdin:
        request = json.loads(line)
        try:
            got = answer(request)
        except BaseException as error:  # the answer of a harness that broke is no answer of buildout's
            got = {"harness_error": "%s: %s" % (type(error).__name__, error)}
        out.write(json.dumps(got) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
