# shellcheck shell=sh
# help.sh: what can be asked of the script. `help` alone fits on one screen; `help TOPIC` says more.

# help_show [TOPIC]: to standard output; a command is a topic too. Returns 64 for a topic that there is not.
help_show() {
    case ${1:-} in
    '') help_overview ;;
    deploy | plan | check | setup | steps | preflight | lock | build | configure | permissions | complete | switch) help_deploy ;;
    rollback) help_rollback ;;
    status | list | history | verify | fact) help_status ;;
    backup | restore | adopt) help_backup ;;
    services | restart | start | stop | run) help_services ;;
    clean-up | prune | pin | unpin | uninstall) help_clean_up ;;
    settings) help_settings ;;
    exit) help_exit ;;
    files) help_files ;;
    unlock) help_unlock ;;
    *)
        log_error "there is no help on $1; topics: $HELP_TOPICS"
        return 64
        ;;
    esac
}

HELP_TOPICS='deploy rollback status backup services clean-up settings exit files unlock'

help_overview() {
    cat <<END
$NAME $VERSION: one release, in one script.

  plan                what a deploy would change; changes nothing
  deploy              all steps: build beside what runs, then switch, restart, verify
  rollback [VERSION]  back to the release that was active before; builds nothing
  status              what runs, since when, by whom, is it well
  verify [--fix]      has anything drifted from what was released

  fact                what is deployed, as JSON for Ansible (facts.d) and Facter
  list, history       releases on this host; what happened, and when
  backup, restore     data (help backup)
  check               exit 0: deployed and unchanged; 2: a deploy would do something
  setup               folders and the supervisor's box, once; deploy does it where it is missing
  run NAME            a command of the configuration
  start, stop         all services, in their order
  pin, unpin VERSION  keep a release whatever prune does
  prune               delete old releases (never current, the one before, a pinned one, data or backups)
  uninstall           take the releases away; data and backups stay
  preflight, build, configure, permissions, complete, switch, restart: one step of a deploy each
  steps               the names of the steps, in order
  unlock              free a lock that a run on another host left

Options: --quiet --json --wait SECONDS --force-restart --detailed-exitcode --accept-edited
Topics:  sh ${SCRIPT##*/} help TOPIC, of $HELP_TOPICS
END
}

help_deploy() {
    cat <<'END'
deploy runs these steps, and stops at the first that fails. Until `switch` users are served as before.

  preflight     can this host carry the release? All reasons at once
  lock          one run at a time; a dead run's lock is taken over
  backup        data, verified
  build         the virtualenv from the lock's hashes, launchers, downloads
  configure     configuration files, secrets, commands of the configuration
  permissions   the one table of owners and modes
  check         the checks of the configuration; then the release is complete, and never changes again
  switch        one rename of the link `current`
  restart       those services that changed
  verify        the health gate. Where it fails the release before comes back by itself (exit 30)
  prune         releases beyond `keep`

A deploy that was killed is run again: it goes on or starts over by itself. A second deploy of the same release says "unchanged".
END
}

help_rollback() {
    cat <<'END'
rollback             to the release that was active before this one; again: to the one before that
rollback VERSION     to any complete release (see `list`)
rollback --with-data also puts back the data of the backup that was taken before that release was left. It asks for a yes (-n: it
                     does not ask)

The history decides which one was before, not names or times of folders. Nothing is built and no network is needed.
END
}

help_status() {
    cat <<'END'
status               what runs, since when, by whom and why; from which configurations; what was before; does anything differ from
                     what was released; the last backup, and whether it is good; the last run and how it ended; what could go
    --hitlist        what could be deleted: a path a line, why, and its size
list                 the releases on this host: building, ready, active, retired, failed or bad (it failed its health gate)
history [NUMBER]     the last runs (20): when, what, by whom, how it ended, why
verify               a line for each difference, in the manner of rpm -V: M mode, 5 content, L link or kind, U user, G group
    --fix            repairs owners and modes, and nothing else

--json with each of them answers in JSON: for status one object, for list an array, for history a line a record. All but `verify --fix`
only read, and answer while another run is at work.
END
}

help_services() {
    cat <<'END'
restart              what changed since it was last started, and that alone; --force-restart everything. Part of a deploy
stop, start          all services: clients stop first, servers start first, and each is waited for
run NAME             a command of the configuration

Of several instances one is restarted after the other, each waited for, so that one always answers. Where a server changes that they
connect to, they stop before it and start after it. A service that an operator stopped stays stopped; `start` starts it.
Where the supervisor itself changes, all services stop and start: `plan` says so.
END
}

help_clean_up() {
    cat <<'END'
prune                deletes releases beyond `keep`, unfinished ones, and bad ones but for the last. Never current, the one before, a
                     pinned one, one that a process still runs from
    --dry-run        says what would be deleted
    --hitlist        deletes what `status --hitlist` shows as well: everything that no release and no class of data accounts for
pin, unpin VERSION   keeps a release whatever prune does
uninstall --yes      stops the services, takes jobs, units and releases away. Data, logs, backups, secrets and the history stay, and
                     are listed with their sizes: what is left is yours to delete
END
}

help_unlock() {
    cat <<'END'
unlock               frees the lock that a run on another host left (PREFIX on a shared file system). A lock of this host needs no help:
                     that of a dead run is taken over by the next one, that of a living one is waited for: --wait SECONDS
END
}

help_backup() {
    cat <<'END'
backup               saves data now, and reads it back to see that it is good (exit 20 where it is not)
    --full           a new full set; --snapshot a full set of its own, kept apart; --list what there is
restore              the newest backup, all storages: beside the live data first, verified, then swapped; the data of before is
                     kept. It asks for a yes (-n: it does not ask)
    --at DATE        as of this time (UTC, yyyy-mm-dd[-hh[-mm[-ss]]], as `backup --list` prints it)
    STORAGE          this storage or dump alone
    --without-blobs  the database without its blobs, where the backup has none
adopt --from DIR     takes over the data of a buildout deployment; --plan says what it would do. The old place is never changed
END
}

help_settings() {
    cat <<'END'
Variables of the environment that change a run:

  PREFIX=/path         another place than the configuration's
  PYTHON=/path/python  the interpreter to build with
  WHEELHOUSE=/path     install from this folder of wheels, ask no index
  REASON='text'        goes into the history
  UV_CACHE_DIR, PIP_CACHE_DIR and all index settings of uv and pip are the host's own.
END
}

help_exit() {
    cat <<'END'
 0  done, or nothing to do
 1  failed; users are served as before
 2  plan, check, verify (and deploy --detailed-exitcode): changes found or made
20  the backup could not be verified
30  the new release failed its health gate; the release before is back
64  usage
75  another run holds the lock
78  the host is unfit: all reasons were said
END
}

help_files() {
    cat <<END
releases   $DEFAULT_PREFIX/releases/VERSION: bin etc lib share MANIFEST release.sh; read-only once complete
current    $DEFAULT_PREFIX/current: a link to one of them
data       $DEFAULT_PREFIX/var; never deleted
run        $DEFAULT_PREFIX/run: pids and sockets
backups    $DEFAULT_PREFIX/backups
state      $DEFAULT_PREFIX/.cfgc: lock, journal, cache
(PREFIX moves them all; [layout] may have moved some.)
END
}
