# shellcheck shell=sh
# checkout.sh: the sources of a dev profile: git checkouts, as mr.developer makes them, and folders beside the profile.

# checkout_stamp: reads source folders, a line each; prints one digest of the code in them. It is another one where a file is, or a
# commit; not where the same commit was gone away from and come back to.
checkout_stamp() {
    while IFS= read -r checkout_folder; do
        checkout_code "$checkout_folder" </dev/null
    done | digest_stdin
}

# checkout_code FOLDER: prints what tells its code from that of another time. What git ignores is no code, nor is what Python and the
# installer write beside it. Without git, hidden files are none, nor folders in which a buildout keeps other things.
checkout_code() (
    cd "$1" 2>/dev/null || exit 0
    printf '%s\n' "$1"
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
    if shell_has git && git rev-parse --verify --quiet 'HEAD:./' 2>/dev/null; then
        git diff --no-color --no-ext-diff --no-textconv --binary --submodule=diff HEAD -- . 2>/dev/null
        git ls-files --others --exclude-standard -- . |
            grep -Ev '(^|/)__pycache__/|\.egg-info/|\.(py[co]|mo)$' | while IFS= read -r path; do
            printf '%s\n' "$path"
            [ ! -f "$path" ] || cksum <"$path"
        done
    else
        find . \( -name '.?*' -o -name __pycache__ -o -name '*.egg-info' -o -name node_modules -o -name var -o -name parts \
            -o -name eggs -o -name develop-eggs \) -prune -o -type f ! -name '*.py[co]' ! -name '*.mo' -exec cksum '{}' + | sort
    fi
)

# checkout_update: clones what is not there, and brings the rest up to date unless the profile says no. A checkout with changes
# or commits of its own is left as it is, with a warning. Returns 1 where git could not do it.
checkout_update() {
    each_editable checkout_one
}

checkout_one() (
    [ -n "$4" ] || exit 0
    command -v git >/dev/null 2>&1 || die "there is no git, which checks out $2"
    # Nobody may be there to answer.
    GIT_TERMINAL_PROMPT=0
    export GIT_TERMINAL_PROMPT
    # Variables of a git hook that runs this would name another repository.
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
    folder=$2 url=$4 branch=$5 revision=$6 pushed=$7 depth=$8 submodules=$9
    shift 9
    update=$1
    # As in mr.developer: a link is a developer's own affair.
    if [ -h "$folder" ]; then
        log_info "$folder is a link: left as it is"
        exit 0
    elif [ -e "$folder" ]; then
        checkout_same "$folder" "$url" || exit $?
        if [ "$update" = no ]; then
            checkout_stays "$folder" "$revision"
        else
            checkout_pull "$folder" "$url" "$branch" "$revision" "$submodules" "$update"
        fi
    else
        checkout_clone "$folder" "$url" "$branch" "$revision" "$depth" "$submodules"
    fi || exit $?
    [ -z "$pushed" ] || git -C "$folder" config remote.origin.pushurl "$pushed" || die "git could not set where $folder is pushed to"
)

# checkout_same FOLDER URL: whether the folder is a checkout of that.
checkout_same() (
    [ -e "$1/.git" ] || die "$1 is there, and is no checkout of git: move it away"
    # Asked as written: `insteadOf` of the developer's own settings would change what git answers otherwise.
    origin=$(git -C "$1" config --get remote.origin.url) || origin=
    [ "$origin" = "$2" ] || die "$1 is a checkout of ${origin:-nothing}, the profile says $2: move it away"
)

# checkout_stays FOLDER REVISION: says where one that is not to be brought up to date is at another revision than is wanted.
checkout_stays() (
    [ -n "$2" ] || exit 0
    wanted=$(git -C "$1" rev-parse --quiet --verify "$2^{commit}") || wanted=
    [ "$wanted" = "$(git -C "$1" rev-parse HEAD)" ] ||
        log_warn "$1 is not at $2, and is left as it is: update=true in its source takes it there"
)

# checkout_clone FOLDER URL BRANCH REVISION DEPTH SUBMODULES. The folder gets its name when it is whole.
checkout_clone() (
    folder=$1 url=$2 branch=$3 revision=$4 depth=$5 submodules=$6
    log_info "checking out $url into $folder"
    must mkdir -p "${folder%/*}"
    must rm -rf "$folder.unfinished"
    set --
    [ -z "$branch" ] || set -- --branch "$branch"
    # A revision may lie further back than that.
    [ -z "$depth" ] || [ -n "$revision" ] || set -- "$@" --depth "$depth"
    [ "$submodules" = never ] || set -- "$@" --recurse-submodules
    git clone --quiet "$@" -- "$url" "$folder.unfinished" || die "git could not clone $url"
    if [ -n "$revision" ]; then
        git -C "$folder.unfinished" checkout --quiet --detach "$revision" || die "$url has no revision $revision"
        [ "$submodules" = never ] || checkout_submodules "$folder.unfinished"
    fi
    must mv "$folder.unfinished" "$folder"
)

# checkout_submodules FOLDER: each at the commit that FOLDER has for it, new ones too.
checkout_submodules() {
    git -C "$1" submodule --quiet update --init --recursive || die "git could not bring the submodules of $1"
}

# checkout_pull FOLDER URL BRANCH REVISION SUBMODULES UPDATE
checkout_pull() (
    folder=$1 url=$2 branch=$3 revision=$4 submodules=$5 update=$6
    git -C "$folder" fetch --quiet --tags origin || die "git could not fetch $url"
    changes=$(git -C "$folder" status --porcelain --untracked-files=no) || die "git can't read $folder"
    if [ -n "$changes" ] && [ "$update" != force ]; then
        log_warn "$folder has changes that are not committed: left as it is"
        exit 0
    fi
    # Commits that no branch and no tag holds would be out of sight.
    if [ -z "$(git -C "$folder" for-each-ref --count=1 --contains HEAD)" ]; then
        log_warn "$folder has commits that no branch holds: left as it is"
        exit 0
    fi
    if [ -n "$revision" ]; then
        git -C "$folder" rev-parse --quiet --verify "$revision^{commit}" >/dev/null || die "$url has no revision $revision"
        if ! git -C "$folder" checkout --quiet --detach "$revision"; then
            log_warn "$folder can't go to $revision: left as it is"
        elif [ "$submodules" = always ] && [ -z "$changes" ]; then
            checkout_submodules "$folder"
        fi
        exit 0
    fi
    current=$(git -C "$folder" symbolic-ref --quiet --short HEAD) || current=
    wanted=${branch:-$current}
    if [ -z "$wanted" ]; then
        log_warn "$folder is on no branch: left as it is"
        exit 0
    fi
    if [ "$current" != "$wanted" ] && ! git -C "$folder" checkout --quiet "$wanted" --; then
        [ -n "$changes" ] || die "git could not go to branch $wanted in $folder"
        log_warn "$folder can't go to branch $wanted: left as it is"
        exit 0
    fi
    if ! git -C "$folder" merge --quiet --ff-only "refs/remotes/origin/$wanted"; then
        log_warn "$folder can't follow origin/$wanted: left as it is"
        exit 0
    fi
    # Where the folder was clean before, so were they: nothing of a developer's own is lost.
    [ "$submodules" != always ] || [ -n "$changes" ] || checkout_submodules "$folder"
    log_info "$folder is at $(git -C "$folder" rev-parse --short HEAD)"
)
