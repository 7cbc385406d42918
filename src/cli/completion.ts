/** Completion scripts for bash, zsh and fish, generated from the table of flags. */
import { type Command, flagsOf } from './commands.ts'
import type { Flag } from './flag.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

export function completionScript(shell: Shell, flags: readonly Flag[], commands: readonly Command[]): string {
  const write = { bash, zsh, fish }[shell]
  return write(flags, commands)
}

/** The flags of the main command, or of a subcommand. */
interface Context {
  /** Empty for the main command. */
  readonly command: string
  readonly flags: readonly Flag[]
}

function contextsOf(flags: readonly Flag[], commands: readonly Command[]): Context[] {
  return [{ command: '', flags }, ...commands.map((command) => ({ command: command.name, flags: flagsOf(command) }))]
}

function words(flag: Flag): string[] {
  return flag.short === undefined ? [`--${flag.name}`] : [`-${flag.short}`, `--${flag.name}`]
}

function takesNextWord(flag: Flag): boolean {
  return flag.value !== undefined && flag.valueOptional !== true
}

function bash(flags: readonly Flag[], commands: readonly Command[]): string {
  const cases = contextsOf(flags, commands).flatMap(({ command, flags: own }) => {
    const values = own.filter(takesNextWord).map((flag) => {
      const reply = flag.choices
        ? `COMPREPLY=($(compgen -W '${flag.choices.join(' ')}' -- "$cur"))`
        : flag.file === true
          ? 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur"))'
          : 'COMPREPLY=()'
      return `        ${words(flag).join('|')}) ${reply}; return ;;`
    })
    return [
      `    '${command}')`,
      '      case $prev in',
      ...values,
      '      esac',
      `      flags='${own.flatMap(words).join(' ')}'`,
      '      ;;',
    ]
  })
  const names = commands.map((command) => command.name)
  return `# bash completion of dumpstream. In ~/.bashrc: source <(dumpstream --completion bash)
_dumpstream() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= flags=
  # bash splits --format=text at the equals sign.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = && COMP_CWORD -ge 2 ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if (( COMP_CWORD > 1 )); then
    case \${COMP_WORDS[1]} in
      ${names.length === 0 ? "'') ;;" : `${names.join('|')}) command=\${COMP_WORDS[1]} ;;`}
    esac
  fi
  case $command in
${cases.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
    return
  fi
  compopt -o filenames
  COMPREPLY=($(compgen -f -- "$cur"))
  if (( COMP_CWORD == 1 )); then
    COMPREPLY+=($(compgen -W '${names.join(' ')}' -- "$cur"))
  fi
}
complete -F _dumpstream dumpstream
`
}

function zsh(flags: readonly Flag[], commands: readonly Command[]): string {
  const specs = (own: readonly Flag[]): string => own.map((flag) => `    ${zshSpec(flag)} \\`).join('\n')
  const branches = commands.map(
    (command) => `  ${command.name})
    shift words
    (( CURRENT-- ))
    _arguments -s -S \\
${specs(flagsOf(command))}
      '*:file:_files'
    return
    ;;`,
  )
  const names = commands.map((command) => shellQuote(`${command.name}:${command.summary.replaceAll(':', '\\:')}`))
  return `# zsh completion of dumpstream. In ~/.zshrc, after compinit: source <(dumpstream --completion zsh)
_dumpstream_operand() {
  local -a commands=(${names.join(' ')})
  (( CURRENT == 2 && \${#commands} )) && _describe 'command' commands
  _files
}
_dumpstream() {
${branches.length === 0 ? '' : `  case \${words[2]} in\n${branches.join('\n')}\n  esac\n`}  _arguments -s -S \\
${specs(flags)}
    '*:file:_dumpstream_operand'
}
compdef _dumpstream dumpstream
`
}

function zshSpec(flag: Flag): string {
  const about = `[${flag.summary.replaceAll(/[[\]\\:]/g, '\\$&')}]`
  const action = flag.choices ? `(${flag.choices.join(' ')})` : flag.file === true ? '_files' : ' '
  const value =
    flag.value === undefined
      ? ''
      : `${flag.valueOptional === true ? '::' : ':'}${flag.value.toLowerCase().replaceAll(':', '\\:')}:${action}`
  const equals = flag.value === undefined ? '' : flag.valueOptional === true ? '=-' : '='
  const plus = flag.value === undefined ? '' : '+'
  if (flag.short === undefined) {
    return shellQuote(`${flag.repeatable === true ? '*' : ''}--${flag.name}${equals}${about}${value}`)
  }
  // The two spellings exclude each other, unless the flag is repeatable.
  const exclude = flag.repeatable === true ? '*' : `(-${flag.short} --${flag.name})`
  const both = `{-${flag.short}${plus},--${flag.name}${equals}}`
  return `${shellQuote(exclude)}${both}${shellQuote(`${about}${value}`)}`
}

function fish(flags: readonly Flag[], commands: readonly Command[]): string {
  const lines = [
    '# fish completion of dumpstream. In ~/.config/fish/config.fish: dumpstream --completion fish | source',
  ]
  const names = commands.map((command) => command.name)
  const main = names.length === 0 ? '' : ` -n ${shellQuote(`not __fish_seen_subcommand_from ${names.join(' ')}`)}`
  for (const command of commands) {
    lines.push(`complete -c dumpstream -n __fish_use_subcommand -a ${command.name} -d ${shellQuote(command.summary)}`)
  }
  for (const { command, flags: own } of contextsOf(flags, commands)) {
    const when = command === '' ? main : ` -n ${shellQuote(`__fish_seen_subcommand_from ${command}`)}`
    for (const flag of own) lines.push(`complete -c dumpstream${when}${fishSpec(flag)}`)
  }
  return `${lines.join('\n')}\n`
}

function fishSpec(flag: Flag): string {
  const short = flag.short === undefined ? '' : ` -s ${flag.short}`
  const value = takesNextWord(flag)
    ? flag.choices
      ? ` -x -a ${shellQuote(flag.choices.join(' '))}`
      : flag.file === true
        ? ' -r -F'
        : ' -x'
    : ''
  return `${short} -l ${flag.name}${value} -d ${shellQuote(flag.summary)}`
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
