"""What comes back: put together beside the live data, looked through, and moved to its place."""
import hashlib, os, stat, sys, zlib
from data_blobs import named_blobs, tar_digests
from data_files import Bad, blob_files, copy_file, human, own, read_list
from data_sets import verified


def verb_recover(folder, last, target):
    """Puts the database together; every byte is checked on the way."""
    with open(target, 'wb') as stream:
        verified(folder, last, stream.write)
        stream.flush()
        os.fsync(stream.fileno())
    index = os.path.join(folder, os.path.splitext(last)[0] + '.index')
    if os.path.exists(index):
        copy_file(index, target + '.index')


def verb_open(data, blobs):
    """Opens the file read-only, walks through every record, looks for each blob. Prints what it found."""
    from ZODB.FileStorage import FileIterator, FileStorage
    size, transactions, named = os.path.getsize(data), 0, 0
    try:
        storage = FileStorage(data, read_only=True)
        try:
            if storage.getSize() != size:
                raise Bad('%s ends with an unfinished transaction' % data)
            for transaction in FileIterator(data):
                transactions += 1
                for record in transaction:
                    pass
        finally:
            storage.close()
        if blobs:
            for name in named_blobs(data, blobs, size):
                named += 1
                if not os.path.isfile(os.path.join(blobs, name)):
                    raise Bad('the database names the blob %s, which is not in %s' % (name, blobs))
    except Bad:
        raise
    except Exception as error:
        raise Bad('%s: %s: %s' % (data, type(error).__name__, error))
    print('%d transactions, %s%s' % (transactions, human(size), ', %d blobs' % named if blobs else ''))


def verb_sums_total(path):
    print(sum(size for _, size in read_list(path).values()))


def verb_blobs_recover(copy, sums, target):
    """Copies or unpacks the blobs of a backup; each is compared with the sum that was kept."""
    import tarfile
    try:
        wanted = read_list(sums)
    except OSError:
        raise Bad('%s is missing' % sums)
    if os.path.isdir(copy):
        found = copied_digests(copy, wanted, target)
    else:
        found = tar_digests(copy, target)
    missing = dict(wanted)
    try:
        for name, digest, size in found:
            if wanted.get(name) != (digest, size):
                raise Bad('%s in %s is not what was written' % (name, copy))
            del missing[name]
    except (EOFError, tarfile.TarError, zlib.error) as error:
        raise Bad('%s cannot be read: %s' % (copy, error))
    if missing:
        raise Bad('%s lacks %s' % (copy, sorted(missing)[0]))


def copied_digests(copy, names, target):
    for name in names:
        old, new = os.path.join(copy, name), os.path.join(target, name)
        os.makedirs(os.path.dirname(new), 0o700, exist_ok=True)
        digest = hashlib.sha256()
        try:
            copy_file(old, new, digest)
        except FileNotFoundError:
            raise Bad('%s is missing' % old)
        info = os.lstat(old)
        os.utime(new, ns=(info.st_atime_ns, info.st_mtime_ns))
        yield name, digest.hexdigest(), info.st_size


def verb_give(side, like):
    """Gives a folder made beside to the owner of what it stands for, or of the folder that is in."""
    try:
        info = os.stat(like)
        if stat.S_ISREG(info.st_mode):
            os.chmod(os.path.join(side, 'Data.fs'), stat.S_IMODE(info.st_mode))
    except FileNotFoundError:
        info = os.stat(os.path.dirname(like))
    mine = os.stat(side)
    if (info.st_uid, info.st_gid) == (mine.st_uid, mine.st_gid):
        return
    for parent, folders, names in os.walk(side):
        for path in [parent] + [os.path.join(parent, name) for name in names]:
            try:
                os.chown(path, info.st_uid, info.st_gid, follow_symlinks=False)
            except PermissionError:
                if info.st_uid != os.geteuid():
                    sys.exit('error: %s belongs to user %d: restore as root or as that user' % (like, info.st_uid))


def verb_unused(data):
    """Status 1 where a server holds the lock of the file storage."""
    if not unused(data):
        sys.exit(1)


def unused(data):
    import fcntl
    try:
        with open(data + '.lock', 'rb') as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


def verb_blobs_merge(side, live, before):
    """Moves the restored blobs into the live folder; what is there stays, and has a second name in the folder `before`."""
    import shutil
    if not os.path.isdir(live):
        os.rename(side, live)
        return
    layouts = [open(os.path.join(one, '.layout')).read().strip() for one in (side, live)
               if os.path.exists(os.path.join(one, '.layout'))]
    if len(set(layouts)) > 1:
        sys.exit('error: %s has another blob layout than the backup: move it away first' % live)
    partial = before + '.partial'
    if os.path.isdir(partial):
        shutil.rmtree(partial)
    mirror(live, partial)
    os.rename(partial, before)
    info = os.stat(live)
    for name, _ in blob_files(side):
        make_folders(live, os.path.dirname(name), info)
        os.rename(os.path.join(side, name), os.path.join(live, name))


def mirror(folder, target):
    """A tree of hard links, or of copies where the file system has none."""
    import shutil
    info = os.stat(folder)
    os.mkdir(target, stat.S_IMODE(info.st_mode))
    own(target, info)
    for name, _ in blob_files(folder):
        make_folders(target, os.path.dirname(name), info)
        old, new = os.path.join(folder, name), os.path.join(target, name)
        try:
            os.link(old, new)
        except OSError:
            shutil.copy2(old, new)
            own(new, os.stat(old))


def make_folders(base, name, info):
    path = base
    for piece in name.split('/') if name else []:
        path = os.path.join(path, piece)
        try:
            os.mkdir(path, stat.S_IMODE(info.st_mode))
        except FileExistsError:
            continue
        own(path, info)


def verb_blobs_trim(live, sums, before):
    wanted = read_list(sums)
    for name, _ in blob_files(live):
        if name not in wanted and os.path.exists(os.path.join(before, name)):
            os.unlink(os.path.join(live, name))
