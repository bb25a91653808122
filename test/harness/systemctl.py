"""Stands in for systemctl where systemd is not the first process: units are real files, their programs real processes.

Used as `systemctl` on a PATH. SYSTEMD_FOLDER holds the units; FAKE_SYSTEMD holds what systemd would remember: loaded/UNIT, the
text that was read at the last daemon-reload; enabled/UNIT; pid/UNIT; stopped/UNIT; and `calls`, a line for each call that changes
something. As systemd does, it runs the text that it has read, and not that of the file.
"""
import os, shlex, signal, subprocess, sys, time

units, memory = os.environ['SYSTEMD_FOLDER'], os.environ['FAKE_SYSTEMD']


def at(kind, unit=''):
    folder = os.path.join(memory, kind)
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, unit)


def read(path):
    try:
        with open(path) as stream:
            return stream.read()
    except FileNotFoundError:
        return ''


def write(path, text):
    with open(path, 'w') as stream:
        stream.write(text)


def forget(path):
    if os.path.exists(path):
        os.unlink(path)


def loaded(unit):
    # A unit that was never asked for is read then, as systemd does; one that it knows only by daemon-reload.
    if not os.path.exists(at('loaded', unit)) and os.path.exists(os.path.join(units, unit)):
        write(at('loaded', unit), read(os.path.join(units, unit)))
    return read(at('loaded', unit))


def key(unit, name):
    for line in loaded(unit).splitlines():
        if line.startswith(name + '='):
            return line[len(name) + 1:]
    return ''


def alive(pid):
    try:
        # A child of nobody stays as a zombie where nothing reaps it.
        return bool(pid) and read('/proc/%s/stat' % pid).rpartition(')')[2].split()[0] != 'Z'
    except (IndexError, ProcessLookupError):
        return False


def pid_of(unit):
    pid = read(at('pid', unit))
    return pid if alive(pid) else ''


def active(unit):
    if unit.endswith(('.target', '.timer')):
        return 'active' if os.path.exists(at('pid', unit)) else 'inactive'
    if pid_of(unit):
        return 'active'
    return 'failed' if os.path.exists(at('pid', unit)) else 'inactive'


def start(unit):
    if not loaded(unit):
        sys.exit('Failed to start %s: Unit %s not found.' % (unit, unit))
    if pid_of(unit):
        return
    if unit.endswith(('.target', '.timer')):
        write(at('pid', unit), '')
        return
    variables = [line[len('Environment='):].strip('"') for line in loaded(unit).splitlines()
                 if line.startswith('Environment=')]
    child = subprocess.Popen(shlex.split(key(unit, 'ExecStart')), start_new_session=True, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env=dict(variable.split('=', 1) for variable in variables))
    write(at('pid', unit), str(child.pid))


def stop(unit):
    pid = pid_of(unit)
    if pid:
        os.kill(int(pid), signal.SIGTERM)
        while alive(pid):
            time.sleep(0.02)
    forget(at('pid', unit))


def main(words):
    words = [word for word in words if word != '--quiet']
    now = '--now' in words
    words = [word for word in words if word != '--now']
    verb, rest = words[0], words[1:]
    if verb == 'show':
        unit = rest[-1] if len(rest) % 2 else ''
        if not unit:
            return print('Version=252')
        there = bool(loaded(unit))
        return print('LoadState=%s\nActiveState=%s\nMainPID=%s\nUnitFileState=%s' %
                     ('loaded' if there else 'not-found', active(unit), pid_of(unit) or 0,
                      'enabled' if os.path.exists(at('enabled', unit)) else 'disabled'))
    if verb == 'reset-failed':
        return
    with open(os.path.join(memory, 'calls'), 'a') as stream:
        stream.write(' '.join([verb] + rest) + '\n')
    if verb == 'daemon-reload':
        for unit in os.listdir(at('loaded')):
            forget(at('loaded', unit))
        for unit in os.listdir(units):
            if unit.endswith(('.service', '.target', '.timer')):
                write(at('loaded', unit), read(os.path.join(units, unit)))
        return
    for unit in rest:
        if verb == 'enable':
            write(at('enabled', unit), '')
            if now:
                start(unit)
        elif verb == 'disable':
            forget(at('enabled', unit))
            if now:
                stop(unit)
        elif verb == 'start':
            start(unit)
        elif verb == 'stop':
            stop(unit)
        elif verb == 'try-restart':
            if active(unit) == 'active':
                stop(unit)
                start(unit)
        else:
            sys.exit('this stand-in does not know %s' % verb)


main(sys.argv[1:])
