# shellcheck shell=sh
# record.sh: the records of backups, BACKUPS/records/STAMP: what belongs together, and the release that was active.

# record_stamp: prints a stamp that is later than every record's, and than any that was taken before: a run that was killed may have
# left files of its name, and clocks are set back.
record_stamp() (
    now=$(date -u +%Y-%m-%d-%H-%M-%S) || die_with 20 "date failed"
    newest=$({
        record_list
        cat "$STATE/stamp" 2>/dev/null
    } | LC_ALL=C sort | tail -n 1)
    if [ -n "$newest" ] && ! record_earlier "$newest" "$now"; then
        now=$(backup_tool after "$newest") || die_with 20 "the stamp $newest, of $BACKUPS/records or $STATE/stamp, is no date"
    fi
    must mkdir -p "$STATE"
    printf '%s\n' "$now" >"$STATE/stamp" || die_with 20 "cannot write in $STATE"
    printf '%s\n' "$now"
)

# record_earlier A B: whether stamp A is earlier than stamp B.
record_earlier() {
    [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | LC_ALL=C sort | head -n 1)" = "$1" ]
}

# record_list: the stamps of complete backups, oldest first.
record_list() (
    for path in "$BACKUPS/records"/[0-9]*; do
        [ -f "$path" ] && printf '%s\n' "${path##*/}"
    done | LC_ALL=C sort
)

# record_field STAMP FIELD: prints the value of a field of the record's head.
record_field() {
    sed -n "s/^$2 //p" "$BACKUPS/records/$1" | head -n 1
}

# record_part STAMP BACKUP STORAGE FIELD: prints a field of one storage in a record; nothing where it isn't there.
record_part() (
    inside=no
    while IFS= read -r line; do
        case $line in
        'part '* | 'dump '*)
            inside=no
            [ "$line" != "part $2" ] || inside=half
            ;;
        'storage '*)
            if [ "$inside" != no ]; then
                inside=no
                [ "$line" != "storage $3" ] || inside=yes
            fi
            ;;
        "$4 "*) [ "$inside" != yes ] || printf '%s\n' "${line#"$4 "}" ;;
        esac
    done <"$BACKUPS/records/$1"
)

# record_newest_with BACKUP STORAGE FIELD KINDS: prints the newest record's stamp, a blank and the field, among records
# of these kinds in which the storage has that field.
record_newest_with() (
    record_list | LC_ALL=C sort -r | while IFS= read -r stamp; do
        kind=$(record_field "$stamp" kind)
        case " $4 " in
        *" $kind "*) ;;
        *) continue ;;
        esac
        value=$(record_part "$stamp" "$1" "$2" "$3")
        if [ -n "$value" ]; then
            printf '%s %s\n' "$stamp" "$value"
            break
        fi
    done
)
