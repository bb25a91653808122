"""Copies of blobs, and the sums that are kept of them."""
import hashlib, os, sys
from data_files import CHUNK, Bad, blob_files, copy_file, digest_of_bytes, read_list, write_record


def verb_blobs_list(folder):
    for name, info in blob_files(folder):
        if not os.access(os.path.join(folder, name), os.R_OK):
            sys.exit('error: blob %s cannot be read by this user' % os.path.join(folder, name))
        write_record(sys.stdout.buffer, info.st_mtime_ns, info.st_size, name)


def unchanged(info, previous, name):
    if not previous:
        return False
    try:
        before = os.lstat(os.path.join(previous, name))
    except OSError:
        return False
    # rsync compares whole seconds where the file system before kept no more.
    return before.st_size == info.st_size and before.st_mtime_ns // 10**9 == info.st_mtime_ns // 10**9


def verb_blobs_need(folder, previous):
    print(sum(info.st_size for name, info in blob_files(folder) if not unchanged(info, previous, name)))


def verb_blobs_copy(source, listing, previous, target):
    for name in read_list(listing):
        old, new = os.path.join(source, name), os.path.join(target, name)
        os.makedirs(os.path.dirname(new), 0o700, exist_ok=True)
        try:
            info = os.lstat(old)
            if unchanged(info, previous, name):
                try:
                    os.link(os.path.join(previous, name), new)
                    continue
                except OSError:
                    pass
            copy_file(old, new)
            os.utime(new, ns=(info.st_atime_ns, info.st_mtime_ns))
        except FileNotFoundError:
            if os.path.exists(old):
                raise


def verb_blobs_sums(listing, copy, previous, sums):
    """Hashes the copied files; a file that is the same inode as in the copy before keeps the sum it had."""
    known = {}
    if previous and os.path.exists(previous + '.sums'):
        known = read_list(previous + '.sums')
    with open(sums, 'wb') as stream:
        for name, info in blob_files(copy):
            path, digest = os.path.join(copy, name), None
            if name in known:
                try:
                    if os.path.samestat(info, os.lstat(os.path.join(previous, name))):
                        digest = known[name][0]
                except OSError:
                    pass
            write_record(stream, digest or digest_of_bytes(path), info.st_size, name)
        stream.flush()
        os.fsync(stream.fileno())


class Hashing:
    """A file that is hashed while tarfile reads it."""

    def __init__(self, stream):
        self.stream, self.digest, self.size = stream, hashlib.sha256(), 0

    def read(self, count):
        block = self.stream.read(count)
        self.digest.update(block)
        self.size += len(block)
        return block


def verb_blobs_tar(source, listing, archive, sums):
    import tarfile
    with tarfile.open(archive, 'w:gz' if archive.endswith('.gz') else 'w') as writer, open(sums, 'wb') as stream:
        for name in read_list(listing):
            try:
                reader = open(os.path.join(source, name), 'rb')
            except FileNotFoundError:
                continue
            with reader:
                info = writer.gettarinfo(arcname=name, fileobj=reader)
                hashing = Hashing(reader)
                writer.addfile(info, hashing)
                write_record(stream, hashing.digest.hexdigest(), hashing.size, name)
    wanted = read_list(sums)
    for name, digest, size in tar_digests(archive):
        if wanted.pop(name, None) != (digest, size):
            sys.exit('error: %s: %s is not what was written' % (archive, name))
    if wanted:
        sys.exit('error: %s lacks %s' % (archive, sorted(wanted)[0]))


def tar_digests(archive, folder=None):
    """-> (name, SHA-256, size) of every member; unpacks them into the folder where one is given."""
    import tarfile
    with tarfile.open(archive, 'r:*') as reader:
        for member in reader:
            if not member.isfile():
                continue
            name = os.path.normpath(member.name)
            if name.startswith(('/', '..')):
                raise Bad('%s holds a path that leads out of it: %s' % (archive, member.name))
            hashing, target = Hashing(reader.extractfile(member)), None
            if folder:
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
                target = open(path, 'wb')
            for block in iter(lambda: hashing.read(CHUNK), b''):
                if target:
                    target.write(block)
            if target:
                target.close()
                os.utime(path, (member.mtime, member.mtime))
            yield name, hashing.digest.hexdigest(), hashing.size


def verb_blobs_check(listing, sums, source, data, size):
    """Status 3 where blobs that the backed up data names went away during the copy."""
    wanted, copied = read_list(listing), read_list(sums)
    gone = set()
    for name, (_, length) in wanted.items():
        if name in copied and copied[name][1] == length:
            continue
        if os.path.exists(os.path.join(source, name)):
            sys.exit('error: blob %s was not copied whole' % os.path.join(source, name))
        gone.add(name)
    if not gone or not data:
        return
    try:
        for name in named_blobs(data, source, int(size)):
            if name in gone:
                sys.exit(3)
    except Bad:
        sys.exit(3)


def named_blobs(data, folder, size):
    """Relative paths of the blobs that the first `size` bytes of a file storage name."""
    from ZODB.blob import LAYOUTS, is_blob_record
    from ZODB.FileStorage import FileIterator
    from ZODB.POSException import POSError
    try:
        with open(os.path.join(folder, '.layout')) as stream:
            layout = LAYOUTS[stream.read().strip()]
    except (OSError, KeyError):
        layout = LAYOUTS['bushy']
    if os.path.getsize(data) < size:
        raise Bad('%s became shorter' % data)
    try:
        for transaction in FileIterator(data):
            if transaction._tpos >= size:
                break
            for record in transaction:
                if record.data and is_blob_record(record.data):
                    yield layout.getBlobFilePath(record.oid, record.tid)
    except (POSError, ValueError, OSError) as error:
        raise Bad('%s cannot be read: %s' % (data, error))
