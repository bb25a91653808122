# shellcheck shell=sh
# systemd.sh: services as units of the host's systemd, NAME-SERVICE.service, all part of NAME.target.
#
# What service.sh asks of a manager:
# systemd_begin          0 the host's systemd is there, and NAME.target is what the current release says
# systemd_running        0 where systemd answers
# systemd_states         prints `NAME STATE PID` for each service of the current release
# systemd_state NAME     prints running, starting, stopped, failed or absent
# systemd_why NAME       prints why it does not run
# systemd_differs        prints `added|changed|removed SERVICE`: the release's units against those of the host
# systemd_stop NAME | systemd_start NAME | systemd_remove NAME
# systemd_load NAME HELD takes the service's new unit; does not start it
# systemd_uninstall      takes all units of the application's services out of the host
# and for others:
# systemd_problems SETTING ELSE    for preflight: prints why units could not be installed, which SETTING wants; ELSE needs none
# systemd_left           for the hitlist: prints the application's unit files that the current release has not
# systemd_drop_ins       prints folders of drop-ins that an administrator made for the application's units
# systemd_forget FILE    takes one of those out of the host
#
# Units are copied to SYSTEMD_FOLDER, not linked: systemd reads them at boot, when PREFIX may not be mounted yet. Which of them are
# the application's is told by their first line, which names PREFIX. Drop-ins of an administrator are left alone.

SYSTEMD_FOLDER=${SYSTEMD_FOLDER:-/etc/systemd/system}

systemd_begin() (
    systemd_running || die "systemd does not answer on this host: is it the first process? Else use [release] services = supervisor"
    if [ -f "$CURRENT/etc/systemd/$NAME.target" ] && ! cmp -s "$CURRENT/etc/systemd/$NAME.target" "$SYSTEMD_FOLDER/$NAME.target"; then
        systemd_put "$NAME.target" || exit 1
        must systemctl daemon-reload
        must systemctl --quiet enable "$NAME.target"
        # No unit of it runs because of that: each is started by itself, in its turn.
        must systemctl start "$NAME.target"
    fi
)

systemd_running() {
    shell_has systemctl && systemctl show -p Version >/dev/null 2>&1
}

systemd_problems() {
    if ! shell_has systemctl || ! systemd_running; then
        echo "systemd does not run this host, and $1 wants it: $2 needs nothing of it"
    elif [ ! -d "$SYSTEMD_FOLDER" ] || [ ! -w "$SYSTEMD_FOLDER" ]; then
        echo "$DEPLOYER can't write to $SYSTEMD_FOLDER, and $1 wants that: run the script as root, or write $2"
    fi
}

systemd_left() (
    for file in "$SYSTEMD_FOLDER/$NAME"-*.service "$SYSTEMD_FOLDER/$NAME"-job-*.timer "$SYSTEMD_FOLDER/$NAME.target"; do
        # Who is not root can't read them, and root alone could take them away.
        if [ ! -r "$file" ] || [ -f "$CURRENT/etc/systemd/${file##*/}" ]; then
            continue
        fi
        if [ "$(sed -n '1p' "$file")" = "$(systemd_first_line)" ] || timer_is_own "$file"; then
            printf '%s\n' "$file"
        fi
    done
)

systemd_drop_ins() (
    for folder in "$SYSTEMD_FOLDER/$NAME"-*.service.d "$SYSTEMD_FOLDER/$NAME"-job-*.timer.d "$SYSTEMD_FOLDER/$NAME.target.d"; do
        [ ! -d "$folder" ] || printf '%s\n' "$folder"
    done
)

systemd_forget() (
    systemctl --quiet disable --now "${1##*/}" || log_warn "${1##*/} could not be disabled"
    must rm -f "$1"
    must systemctl daemon-reload
)

systemd_unit() {
    printf '%s-%s.service\n' "$NAME" "$1"
}

# systemd_put FILE: into the host's folder, in one rename.
systemd_put() (
    umask 022
    must cp "$CURRENT/etc/systemd/$1" "$SYSTEMD_FOLDER/.$1.new"
    # Environment= may hold a secret.
    must chmod 0600 "$SYSTEMD_FOLDER/.$1.new"
    must mv -f "$SYSTEMD_FOLDER/.$1.new" "$SYSTEMD_FOLDER/$1"
)

systemd_first_line() {
    printf '# A service of %s in %s, written by its release script.\n' "$NAME" "$PREFIX"
}

systemd_differs() (
    service_names | while read -r name; do
        unit=$(systemd_unit "$name")
        if [ ! -f "$SYSTEMD_FOLDER/$unit" ]; then
            echo "added $name"
        elif ! cmp -s "$CURRENT/etc/systemd/$unit" "$SYSTEMD_FOLDER/$unit"; then
            echo "changed $name"
        fi
    done
    line=$(systemd_first_line)
    for file in "$SYSTEMD_FOLDER/$NAME"-*.service; do
        unit=${file##*/}
        if [ -f "$file" ] && [ ! -f "$CURRENT/etc/systemd/$unit" ] && [ "$(sed -n '1p' "$file")" = "$line" ]; then
            unit=${unit#"$NAME"-}
            echo "removed ${unit%.service}"
        fi
    done
)

systemd_load() (
    unit=$(systemd_unit "$1")
    [ -f "$CURRENT/etc/systemd/$unit" ] || die "the release has no unit $unit"
    if [ -f "$SYSTEMD_FOLDER/$unit" ] && [ "$(sed -n '1p' "$SYSTEMD_FOLDER/$unit")" != "$(systemd_first_line)" ]; then
        die "$SYSTEMD_FOLDER/$unit belongs to something else: it is left alone"
    fi
    # A unit that an operator disabled stays so: it is enabled where it is new, or was not to start by itself before.
    before=no wanted=$(service_field "$1" 5)
    if grep -q '^WantedBy=' "$SYSTEMD_FOLDER/$unit" 2>/dev/null; then
        before=yes
    fi
    if [ "$before$wanted" = yesno ]; then
        # While its old text still says of what it is part.
        must systemctl --quiet disable "$unit"
    fi
    systemd_put "$unit" || exit 1
    must systemctl daemon-reload
    if [ "$before$wanted" = noyes ]; then
        must systemctl --quiet enable "$unit"
    fi
)

systemd_remove() (
    unit=$(systemd_unit "$1")
    must systemctl stop "$unit"
    systemctl --quiet disable "$unit" || log_warn "$unit could not be disabled"
    must rm -f "$SYSTEMD_FOLDER/$unit"
    must systemctl daemon-reload
)

systemd_uninstall() (
    line=$(systemd_first_line)
    for file in "$SYSTEMD_FOLDER/$NAME"-*.service "$SYSTEMD_FOLDER/$NAME.target"; do
        if [ -f "$file" ] && [ "$(sed -n '1p' "$file")" = "$line" ]; then
            systemctl --quiet disable --now "${file##*/}" || log_warn "${file##*/} could not be disabled"
            must rm -f "$file"
        fi
    done
    must systemctl daemon-reload
)

systemd_states() (
    service_names | while read -r name; do
        systemctl show -p LoadState -p ActiveState -p MainPID "$(systemd_unit "$name")" </dev/null | awk -F = -v name="$name" '
            { is[$1] = $2 }
            END {
                state = is["ActiveState"]
                word = state == "active" ? "running" : state == "failed" ? "failed" : state == "inactive" ? "stopped" : "starting"
                if (is["LoadState"] == "not-found") word = "absent"
                pid = is["MainPID"]
                if (pid == "" || pid == 0) pid = "-"
                print name, word, pid
            }'
    done
)

systemd_state() {
    systemd_states | awk -v name="$1" '$1 == name { print $2; found = 1 } END { if (!found) print "absent" }'
}

systemd_why() (
    systemctl show -p Result -p ExecMainStatus "$(systemd_unit "$1")" | tr '\n' ' '
)

systemd_stop() {
    systemd_do stop "$1"
}

systemd_start() (
    # A unit that failed too often in a short time is refused until this is said.
    systemctl reset-failed "$(systemd_unit "$1")" >/dev/null 2>&1 || :
    systemd_do start "$1"
)

systemd_do() (
    unit=$(systemd_unit "$2")
    if ! said=$(systemctl "$1" "$unit" 2>&1 </dev/null); then
        log_error "systemd can't $1 $unit: $(printf '%s' "$said" | tr '\n' ' ')"
        exit 1
    fi
)

# What a value of the host needs inside a unit, in its double quotes.
#   systemd_quote_argument VALUE  in ExecStart=, where variables are expanded | systemd_quote_value VALUE  elsewhere
systemd_quote_value() {
    printf '%s\n' "$1" | sed -e 's/[\\"]/\\&/g' -e 's/%/%%/g' | awk '
        BEGIN { for (i = 1; i < 32; i++) control[sprintf("%c", i)] = sprintf("\\x%02x", i) }
        {
            out = ""
            for (i = 1; i <= length($0); i++) {
                c = substr($0, i, 1)
                out = out (c in control ? control[c] : c)
            }
            printf "%s%s", NR > 1 ? "\\n" : "", out
        }'
}

systemd_quote_argument() {
    systemd_quote_value "$1" | sed 's/\$/$$/g'
}
