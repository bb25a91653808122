"""Sets of repozo: a full backup, its increments, and the list that says which bytes are in which file."""
import hashlib, os, re, sys, time, zlib
from data_files import CHUNK, STAMP, Bad, sync_folder

DATA_FILE = re.compile(r'(\d{4}(?:-\d\d){5})\.((?:delta)?)fsz?$').match


def read_set(folder):
    """-> (data files in order, name of the list, entries of the list, whether its last line is incomplete)"""
    try:
        data = sorted(name for name in os.listdir(folder) if DATA_FILE(name))
    except OSError as error:
        raise Bad('%s cannot be read: %s' % (folder, error.strerror))
    full = [name for name in data if not DATA_FILE(name).group(2)]
    if not full:
        raise Bad('there is no full backup in %s' % folder)
    listing = DATA_FILE(full[0]).group(1) + '.dat'
    try:
        with open(os.path.join(folder, listing)) as stream:
            text = stream.read()
    except (OSError, ValueError):
        raise Bad('%s is missing or cannot be read' % os.path.join(folder, listing))
    lines = text.split('\n')
    cut_off = lines.pop() != ''
    entries = []
    for line in lines:
        try:
            name, start, end, digest = line.split()
            entries.append((os.path.basename(name), int(start), int(end), digest))
        except ValueError:
            raise Bad('%s has a line that is no entry: %r' % (os.path.join(folder, listing), line))
    return data, listing, entries, cut_off


def digest_of(path, algorithm, write=None):
    """Hash and size of a file, unpacked where it is one of gzip."""
    import gzip
    digest, size = hashlib.new(algorithm, usedforsecurity=False), 0
    opener = gzip.open if path.endswith('fsz') else open
    with opener(path, 'rb') as stream:
        while True:
            block = stream.read(CHUNK)
            if not block:
                return digest.hexdigest(), size
            digest.update(block)
            size += len(block)
            if write:
                write(block)


def verified(folder, last='', write=None):
    """Reads the set up to the file `last`. -> (name of its last file, bytes of the database)"""
    data, listing, entries, cut_off = read_set(folder)
    listed = [entry[0] for entry in entries]
    if last:
        if last not in listed:
            raise Bad('%s is not in the list %s' % (os.path.join(folder, last), listing))
        entries = entries[:listed.index(last) + 1]
    elif cut_off:
        raise Bad('the last line of %s is cut off' % os.path.join(folder, listing))
    if not entries:
        raise Bad('%s is empty' % os.path.join(folder, listing))
    for name in data:
        if name not in listed and (not last or name < last):
            raise Bad('%s is not in the list %s' % (os.path.join(folder, name), listing))
    position = 0
    for name, start, end, digest in entries:
        path = os.path.join(folder, name)
        if start != position or end < start:
            raise Bad('%s begins at byte %d, the one before it ended at %d: something is missing between' %
                      (path, start, position))
        try:
            actual, size = digest_of(path, 'md5', write)
        except FileNotFoundError:
            raise Bad('%s is missing' % path)
        except (EOFError, OSError, zlib.error) as error:
            raise Bad('%s cannot be read: %s' % (path, error))
        if size != end - start:
            raise Bad('%s holds %d bytes instead of %d' % (path, size, end - start))
        if actual != digest:
            raise Bad('%s has the checksum %s instead of %s' % (path, actual, digest))
        position = end
    return entries[-1][0], position


def verb_verify(folder, last):
    print('%s %d' % verified(folder, last))
    sync_folder(folder)


def verb_tidy(folder, recorded):
    """Takes away what a killed run of repozo left behind its list: at most one data file, the newest."""
    data, listing, entries, cut_off = read_set(folder)
    if recorded and recorded not in [entry[0] for entry in entries]:
        raise Bad('%s is not in the list %s' % (os.path.join(folder, recorded), listing))
    if not entries:
        raise Bad('%s is empty' % os.path.join(folder, listing))
    newest = max(entry[0] for entry in entries)
    extra = [name for name in data if name not in [entry[0] for entry in entries]]
    if len(extra) > 1 or (extra and extra[0] < newest):
        raise Bad('%s is not in the list %s' % (os.path.join(folder, extra[0]), listing))
    for name in extra:
        os.unlink(os.path.join(folder, name))
    roots = {os.path.splitext(entry[0])[0] for entry in entries}
    for name in os.listdir(folder):
        root, suffix = os.path.splitext(name)
        if name == 'tmp.tmp' or (suffix in ('.index', '.dat') and root not in roots):
            os.unlink(os.path.join(folder, name))
    if cut_off:
        path = os.path.join(folder, listing)
        with open(path) as stream:
            text = stream.read()
        with open(path + '.new', 'w') as stream:
            stream.write(text[:text.rindex('\n') + 1])
            os.fsync(stream.fileno())
        os.rename(path + '.new', path)


def verb_wait(folder):
    """Until the clock is past the newest file, at most two seconds; else status 1."""
    newest = max([DATA_FILE(name).group(1) for name in os.listdir(folder) if DATA_FILE(name)] or [''])
    for attempt in range(20):
        if newest < time.strftime(STAMP, time.gmtime()):
            return
        time.sleep(0.1)
    sys.exit(1)


def verb_split(folder, other):
    """Where repozo began a second full backup in the folder, moves it to the folder `other`."""
    full = sorted(name for name in os.listdir(folder) if DATA_FILE(name) and not DATA_FILE(name).group(2))
    if len(full) < 2:
        return
    if len(full) > 2:
        raise Bad('%s holds more than two full backups' % folder)
    root = DATA_FILE(full[1]).group(1)
    os.mkdir(other, 0o700)
    for name in (full[1], root + '.index', root + '.dat'):
        os.rename(os.path.join(folder, name), os.path.join(other, name))


def verb_file_need(path, folder):
    size = os.path.getsize(path)
    if folder:
        try:
            end = read_set(folder)[2][-1][2]
        except (Bad, IndexError):
            end = 0
        if end <= size:
            size -= end
    print(size)


def verb_after(stamp):
    import calendar
    print(time.strftime(STAMP, time.gmtime(calendar.timegm(time.strptime(stamp, STAMP)) + 1)))
