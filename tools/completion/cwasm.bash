# Completion of cwasm(1) for bash. Installed as share/bash-completion/completions/cwasm; to try it:
# source it. tests/cli/test_documents.py holds it to what `cwasm --help` lists.

# Sets, in the caller: verb, the verbs so far ("engine hash"); option, the one whose value is wanted.
_cwasm_parse() {
  # Readline takes NAME=VALUE apart, so a "=" goes on with the value before it.
  local word before=
  for word in "$@"; do
    if [[ $word == = ]]; then
      option=${before:-$option}
    elif [[ $option ]]; then
      before=$option option=
    else
      before=
      case $word in
        --config | --set | --profile | --kind | --by | --release | --last | --output | -o | \
          --module | --hash | --target) option=$word ;;
        -*) ;;
        *)
          case $verb in '' | engine | cache) verb+=${verb:+ }$word ;; esac
          ;;
      esac
    fi
  done
}

_cwasm() {
  local verb= option= words= options= files= current=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  if [[ $current == = ]]; then
    _cwasm_parse "${COMP_WORDS[@]:1:COMP_CWORD}"
    current=
  else
    _cwasm_parse "${COMP_WORDS[@]:1:COMP_CWORD-1}"
  fi

  case $option:$verb in
    --kind:*) words='module component' ;;
    --by:*) words='engine module' ;;
    --set:* | --release:* | --last:* | --hash:* | --target:*) ;;
    -*) files=1 ;;
    :) words='inspect check diff host engine compile why cache' options=--version ;;
    :inspect) options=--release files=1 ;;
    :check) options='--profile --kind --strict' files=1 ;;
    :diff) files=1 ;;
    :engine) words='show hash section settings' ;;
    ':engine hash') options=--explain ;;
    ':engine section') options=--output ;;
    :compile) options='--output --require-hit --recache' files=1 ;;
    :why) options=--last files=1 ;;
    :cache\ stats) options='--by --prometheus' ;;
    :cache) words='stats ls show verify gc pin unpin export import clear' ;;
    ':cache show' | ':cache pin' | ':cache unpin') files=1 ;;
    ':cache gc') options='--profile --unloadable' ;;
    ':cache export') options='--output --module --hash --release --target' ;;
    ':cache import') options=--replace files=1 ;;
  esac
  if [[ ! $option && $current == -* ]]; then
    words="$options --help --config --set --json --quiet" files=
  fi

  local found
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    found=$(compgen -f -- "$current")
  else
    found=$(compgen -W "$words" -- "$current")
  fi
  COMPREPLY=()
  [[ ! $found ]] || mapfile -t COMPREPLY <<<"$found"
}
complete -F _cwasm cwasm
