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

# checkout_update: clones what is not there, brings the rest up to date. A checkout with changes or commits of its own is left
# as it is, with a warning. Returns 1 where git could not do it.
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
    if [ -e "$2" ]; then
        checkout_pull "$2" "$4" "$5" "$6" "$9"
    else
        checkout_clone "$2" "$4" "$5" "$6" "$8" "$9"
    fi || exit $?
    [ -z "$7" ] || git -C "$2" config remote.origin.pushurl "$7" || die "git could not set where $2 is pushed to"
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

# checkout_pull FOLDER URL BRANCH REVISION SUBMODULES
checkout_pull() (
    folder=$1 url=$2 branch=$3 revision=$4 submodules=$5
    [ -e "$folder/.git" ] || die "$folder is there, and is no checkout of git: move it away"
    # Asked as written: `insteadOf` of the developer's own settings would change what git answers otherwise.
    origin=$(git -C "$folder" config --get remote.origin.url) || origin=
    [ "$origin" = "$url" ] || die "$folder is a checkout of ${origin:-nothing}, the profile says $url: move it away"
    git -C "$folder" fetch --quiet --tags origin || die "git could not fetch $url"
    changes=$(git -C "$folder" status --porcelain --untracked-files=no) || die "git can't read $folder"
    if [ -n "$changes" ]; then
        log_warn "$folder has changes that are not committed: left as it is"
        exit 0
    fi
    # Commits that no branch and no tag holds would be out of sight.
    if [ -z "$(git -C "$folder" for-each-ref --count=1 --contains HEAD)" ]; then
        log_warn "$folder has commits that no branch holds: left as it is"
        exit 0
    fi
    if [ -n "$revision" ]; then
        git -C "$folder" checkout --quiet --detach "$revision" || die "$url has no revision $revision"
        [ "$submodules" != always ] || checkout_submodules "$folder"
        exit 0
    fi
    current=$(git -C "$folder" symbolic-ref --quiet --short HEAD) || current=
    wanted=${branch:-$current}
    if [ -z "$wanted" ]; then
        log_warn "$folder is on no branch: left as it is"
        exit 0
    fi
    if [ "$current" != "$wanted" ]; then
        git -C "$folder" checkout --quiet "$wanted" -- || die "git could not go to branch $wanted in $folder"
    fi
    if ! git -C "$folder" merge --quiet --ff-only "refs/remotes/origin/$wanted"; then
        log_warn "$folder can't follow origin/$wanted: left as it is"
        exit 0
    fi
    # The folder was clean before, so were they: nothing of a developer's own is lost.
    [ "$submodules" != always ] || checkout_submodules "$folder"
    log_info "$folder is at $(git -C "$folder" rev-parse --short HEAD)"
)
