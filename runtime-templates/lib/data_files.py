"""Files of any kind: their bytes, their digests, lists of them. What the other data_*.py stand on."""
import hashlib, os, re, stat

STAMP = '%Y-%m-%d-%H-%M-%S'
STAMPED = re.compile(r'\d{4}(?:-\d\d){5}(\.tar(\.gz)?)?$').match
CHUNK = 1 << 20


class Bad(Exception):
    """The set or the copy is not good; the text names the file."""


def blob_files(folder):
    """Relative paths of the regular files; tmp/ at the top holds what is not committed."""
    found = []
    def fail(error):
        if not isinstance(error, FileNotFoundError):
            raise error
    for parent, folders, names in os.walk(folder, onerror=fail):
        if parent == folder and 'tmp' in folders:
            folders.remove('tmp')
        for name in names:
            path = os.path.join(parent, name)
            try:
                info = os.lstat(path)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(info.st_mode):
                found.append((os.path.relpath(path, folder), info))
    return found


def read_list(path):
    """-> {relative path: fields before it}; the records end with NUL, for names may hold anything else."""
    with open(path, 'rb') as stream:
        records = stream.read().split(b'\0')[:-1]
    listing = {}
    for record in records:
        first, second, name = record.split(b' ', 2)
        listing[os.fsdecode(name)] = (first.decode(), int(second))
    return listing


def write_record(stream, first, second, name):
    stream.write(b'%s %d %s\0' % (str(first).encode(), second, os.fsencode(name)))


def copy_file(old, new, digest=None):
    with open(old, 'rb') as reader, open(new, 'wb') as writer:
        while True:
            block = reader.read(CHUNK)
            if not block:
                break
            if digest:
                digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())


def digest_of_bytes(path):
    digest = hashlib.sha256()
    with open(path, 'rb') as stream:
        for block in iter(lambda: stream.read(CHUNK), b''):
            digest.update(block)
    return digest.hexdigest()


def own(path, info):
    if os.geteuid() == 0:
        os.chown(path, info.st_uid, info.st_gid, follow_symlinks=False)


def sync_folder(path):
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def human(count):
    for unit in ('bytes', 'KB', 'MB', 'GB'):
        if count < 10000:
            return '%d %s' % (count, unit)
        count //= 1000
    return '%d TB' % count


def verb_sha256(path):
    print(digest_of_bytes(path))
