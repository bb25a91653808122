"""The data of a running buildout deployment is read, and never changed."""
import hashlib, os, sys, time
from data_files import blob_files, copy_file, digest_of_bytes
from data_restore import unused


def verb_linkable(source, target):
    """Whether files of `source` can be hard links in `target` without another owner."""
    place = target if os.path.exists(target) else os.path.dirname(target)
    old, new = os.stat(source), os.stat(place)
    if old.st_dev != new.st_dev or old.st_uid != new.st_uid:
        sys.exit(1)


def verb_adopt_file(source, target):
    digest = hashlib.sha256()
    copy_file(source, target, digest)
    if digest_of_bytes(target) != digest.hexdigest():
        sys.exit('error: %s is not what was read from %s' % (target, source))
    if os.path.exists(source + '.index'):
        copy_file(source + '.index', target + '.index')


def verb_adopt_tree(source, target, way):
    """Copies or links the files of a tree; a copy is read again and compared."""
    for name, info in blob_files(source):
        old, new = os.path.join(source, name), os.path.join(target, name)
        os.makedirs(os.path.dirname(new), 0o700, exist_ok=True)
        if way == 'link':
            os.link(old, new)
            continue
        verb_adopt_file(old, new)
        os.utime(new, ns=(info.st_atime_ns, info.st_mtime_ns))


def verb_wait_unused(data, seconds):
    end = time.monotonic() + int(seconds)
    while not unused(data):
        if time.monotonic() >= end:
            sys.exit(1)
        time.sleep(0.2)


def verb_run_as_owner(*command):
    """Runs a program as the user that owns it."""
    info = os.stat(command[0])
    if os.geteuid() == 0 and info.st_uid != 0:
        import pwd
        user = pwd.getpwuid(info.st_uid)
        os.initgroups(user.pw_name, info.st_gid)
        os.setgid(info.st_gid)
        os.setuid(info.st_uid)
        os.environ.update(HOME=user.pw_dir, USER=user.pw_name, LOGNAME=user.pw_name)
    os.chdir('/')
    os.execv(command[0], command)
