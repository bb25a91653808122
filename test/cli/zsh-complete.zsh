# zsh -f zsh-complete.zsh FOLDER LINE
#   Prints what an interactive zsh proposes for LINE when Tab is pressed in FOLDER, one a line. FOLDER/c.zsh is the script.
#   A terminal is needed for that: zpty makes one. What compadd is given is caught where compadd itself matches it.
zmodload zsh/zpty
zpty shell zsh -f -i
setup=$1/.setup
cat > $setup <<'SETUP'
PROMPT= RPROMPT=
autoload -Uz compinit && compinit -D -u
source ./c.zsh
compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a hits
    builtin compadd -A hits "$@"
    (( $#hits )) && print -rl -- '' "<"${^hits}
}
capture() { _main_complete; print -rl -- '' '<<end>>' }
zle -C capture complete-word capture
bindkey '^I' capture
print -r -- '<<rea''dy>>'
SETUP
zpty -w shell "cd ${(q)1} && source $setup"
while zpty -r shell line; do [[ $line == *'<<ready>>'* ]] && break; done
zpty -w -n shell "$2"$'\t'
while zpty -r shell line; do
    line=${line//$'\r'/}
    line=${line//$'\n'/}
    [[ $line == '<<end>>' ]] && break
    [[ $line == '<'* ]] && print -r -- ${line#<}
done
zpty -d shell
