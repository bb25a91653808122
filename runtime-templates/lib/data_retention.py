"""What is kept: records of backups, how many good ones there are, what has no room."""
import os, sys, time
from data_files import STAMP, STAMPED, human


def read_record(path):
    """-> (fields of the head, parts); a part is a dict with part and storage, or with dump."""
    head, parts = {}, []
    with open(path) as stream:
        for line in stream.read().split('\n'):
            key, _, value = line.partition(' ')
            if key in ('part', 'dump'):
                parts.append({key: value})
            elif parts and key != 'verified':
                parts[-1][key] = value
            elif key:
                head[key] = value
    return head, parts


def all_records(backups):
    folder = os.path.join(backups, 'records')
    names = sorted(name for name in os.listdir(folder) if STAMPED(name))
    return [(name,) + read_record(os.path.join(folder, name)) for name in names]


def remove(path):
    """Renamed first: half of a removal is never taken for a backup."""
    import shutil
    aside = os.path.join(os.path.dirname(path), '.partial-removed-' + os.path.basename(path))
    if not os.path.lexists(path):
        return
    os.rename(path, aside)
    if os.path.isdir(aside):
        shutil.rmtree(aside)
    else:
        os.unlink(aside)


def verb_retire(backups, name, storage, data, location, blob_location, keep, keep_days):
    import calendar
    records = all_records(backups)
    newest = records[-1][0]
    named_sets, named_blobs_, keep_sets, keep_blobs = set(), set(), set(), set()
    for kinds in (('usual', 'full'), ('snapshot',)):
        sets, copies = [], []
        for stamp, head, parts in reversed(records):
            for part in parts:
                if part.get('storage') != storage or part.get('part') != name:
                    continue
                named_sets.add(part.get('set'))
                named_blobs_.add(part.get('blobs'))
                if head.get('kind') not in kinds:
                    continue
                if part.get('set') and part['set'] not in sets:
                    sets.append(part['set'])
                copies.append((stamp, part.get('set'), part.get('blobs')))
        good = [one for one in sets if os.path.isdir(os.path.join(location, one)) and
                not os.path.exists(os.path.join(location, one, 'DAMAGED'))]
        wanted = good if int(keep) == 0 else good[:int(keep)]
        oldest = wanted[-1] if wanted and len(wanted) == int(keep) else ''
        kept = {one for one in sets if one in wanted or one > oldest}
        keep_sets |= kept
        now = time.time()
        for index, (stamp, one, copy) in enumerate(copies):
            if not copy:
                continue
            if one:
                fresh = one in kept
            else:
                age = now - calendar.timegm(time.strptime(stamp, STAMP))
                fresh = index == 0 or int(keep_days) == 0 or age < int(keep_days) * 86400
            if fresh:
                keep_blobs.add(copy)
    for folder, keeping in ((location, keep_sets), (blob_location, keep_blobs)):
        if not os.path.isdir(folder):
            continue
        for entry in sorted(os.listdir(folder)):
            if entry.startswith('.partial-'):
                discard(os.path.join(folder, entry))
            elif STAMPED(entry) and entry not in keeping and entry[:19] <= newest:
                remove(os.path.join(folder, entry))
            elif entry.endswith('.sums') and STAMPED(entry[:-5]) and entry[:19] <= newest and \
                    not any(copy and copy[:19] == entry[:19] for copy in keeping):
                remove(os.path.join(folder, entry))


def discard(path):
    import shutil
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def verb_retire_dump(folder, keep):
    if not os.path.isdir(folder):
        return
    dumps = sorted(name for name in os.listdir(folder) if STAMPED(name))
    for name in dumps[:-int(keep)] if int(keep) else []:
        remove(os.path.join(folder, name))


def verb_retire_records(backups, places):
    """Removes the records of which nothing that they name is there any more. Parts of another profile are left alone."""
    lines = places.split('\n')
    known = {(lines[at], lines[at + 1]): (lines[at + 2], lines[at + 3]) for at in range(0, len(lines) - 3, 4)}
    for stamp, head, parts in all_records(backups):
        if not any(alive(backups, known, part) for part in parts):
            os.unlink(os.path.join(backups, 'records', stamp))


def alive(backups, known, part):
    if 'dump' in part:
        return os.path.exists(os.path.join(backups, 'dumps', part['dump'], part.get('saved', '')))
    place = known.get((part['part'], part.get('storage')))
    return not place or any(os.path.exists(os.path.join(base, part['storage'], part[key]))
                            for base, key in zip(place, ('set', 'blobs')) if part.get(key))


def verb_space():
    """Reads lines `BYTES FOLDER`; status 1 and what is short on standard output where they do not fit."""
    need, where = {}, {}
    for line in sys.stdin.read().splitlines():
        count, _, folder = line.partition(' ')
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        device = os.stat(folder).st_dev
        need[device] = need.get(device, 0) + int(count)
        where[device] = folder
    short = []
    for device, count in need.items():
        info = os.statvfs(where[device])
        free = info.f_frsize * (info.f_bfree if os.geteuid() == 0 else info.f_bavail)
        wanted = count + count // 20 + 65536
        if free < wanted:
            short.append('%s has %s free, %s are needed' % (where[device], human(free), human(wanted)))
    if short:
        print('; '.join(short))
        sys.exit(1)
