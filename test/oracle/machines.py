"""Makes this Python look like another machine's to zc.buildout and packaging, for as long as conditions are evaluated.

Nothing of theirs is replaced: only what they ask, which is `sys`, `os`, `platform` (of what the system says) and `struct`.
"""
import collections
import contextlib
import io
import ntpath
import os
import platform
import posixpath
import struct
import sys
import types

from packaging import markers

VersionInfo = collections.namedtuple("version_info", "major minor micro releaselevel serial")
SYSTEMS = {
    # of a target's platform: sys.platform, os.name, platform.system()
    "linux": ("linux", "posix", "Linux"),
    "macosx": ("darwin", "posix", "Darwin"),
    "win32": ("win32", "nt", "Windows"),
    "cygwin": ("cygwin", "posix", "CYGWIN_NT-10.0"),
    "freebsd": ("freebsd14", "posix", "FreeBSD"),
}
BIG_ENDIAN = {"s390x", "ppc64", "ppc", "s390"}
BITS_32 = {"i386", "i486", "i586", "i686", "x86", "armv6l", "armv7l", "ppc", "s390"}
MISSING = object()


@contextlib.contextmanager
def machine(target):
    """target: {"python": "3.12" or "3.12.1", "implementation": "cpython" or "pypy", "platform": "linux-x86_64"}"""
    numbers = [int(each) for each in target["python"].split(".")]
    # A target may leave the third number open.
    version = VersionInfo(*(numbers + [4])[:3], "final", 0)
    pypy = target["implementation"] == "pypy"
    system, _, hardware = target["platform"].partition("-")
    sys_platform, os_name, system_name = SYSTEMS[system]
    nt = os_name == "nt"
    if nt:
        hardware = {"x86_64": "AMD64", "arm64": "ARM64"}.get(hardware, hardware)
    bits = 32 if hardware in BITS_32 else 64
    text = "%d.%d.%d" % version[:3]
    own = VersionInfo(7, 3, 17, "final", 0) if pypy else version
    calcsize = struct.calcsize
    patches = [
        (sys, "version_info", version),
        (sys, "version", "%s (39dc8d3c85a7, Aug 27 2024, 20:19:44)\n[PyPy 7.3.17 with GCC 10.2.1 20210130]" % text if pypy
         else "%s (main, Jan  1 2024, 00:00:00) [GCC 12.2.0]" % text),
        (sys, "hexversion", int("%02x%02x%02xf0" % version[:3], 16)),
        (sys, "platform", sys_platform),
        (sys, "byteorder", "big" if hardware in BIG_ENDIAN else "little"),
        (sys, "maxsize", 2 ** (bits - 1) - 1),
        (sys, "implementation", types.SimpleNamespace(
            name="pypy" if pypy else "cpython", version=own, hexversion=0, cache_tag="x")),
        (os, "name", os_name),
        (os, "path", ntpath if nt else posixpath),
        (os, "sep", "\\" if nt else "/"),
        (os, "altsep", "/" if nt else None),
        (os, "pathsep", ";" if nt else ":"),
        (os, "linesep", "\r\n" if nt else "\n"),
        (os, "devnull", "nul" if nt else "/dev/null"),
        (os, "uname", MISSING if nt else lambda: os.uname_result((system_name, "host", "1", "1", hardware))),
        (struct, "calcsize", lambda form: bits // 8 if form == "P" else calcsize(form)),
        (platform, "_uname_cache", None),
        # What the `file` program says of this Python says nothing of another.
        (platform, "_syscmd_file", lambda target, default="": default),
    ]
    if pypy:
        patches.append((sys, "pypy_version_info", own))
    kept = [(module, name, getattr(module, name, MISSING)) for module, name, _ in patches]
    environment = dict(os.environ)
    if nt:
        os.environ["PROCESSOR_ARCHITECTURE"] = hardware
    try:
        for each in patches:
            put(*each)
        forget()
        yield
    finally:
        for each in reversed(kept):
            put(*each)
        forget()
        os.environ.clear()
        os.environ.update(environment)


def forget():
    """packaging asks about the machine once and keeps the answer."""
    for value in vars(markers).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def put(module, name, value):
    if value is not MISSING:
        setattr(module, name, value)
    elif hasattr(module, name):
        delattr(module, name)


def decide(parse, default_globals, conditions):
    """True, False or the name of an error for each condition, by zc.buildout's own parser."""
    found = []
    for condition in conditions:
        try:
            sections = parse(io.StringIO("[always]\n[only:%s]\nx = 1\n" % condition), "conditions", default_globals)
            found.append("only" in sections)
        except BaseException as error:
            found.append(type(error).__name__)
    return found
