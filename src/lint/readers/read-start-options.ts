import type { CommandList, Invocation, ServerSetting } from '../facts.ts';
import type { PlacedText } from '../lint-document.ts';
import { placePart } from '../place-part.ts';

/**
 * The settings that a server gets when it is started: `postgres -c archive_mode=on --wal-level=replica` (PostgreSQL,
 * "postgres"). A container's command may be options alone, which the image's entry point gives to the server.
 */
export function readStartOptions(list: CommandList): readonly ServerSetting[] {
  return list.commands.filter(startsServer).flatMap((command) =>
    command.words.flatMap((word, index) => {
      const before = command.words[index - 1]?.value;
      if (before === '-c' || before === '--set') return settingOf(word, 0, command) ?? [];
      if (/^-c\w+=/.test(word.value)) return settingOf(word, 2, command) ?? [];
      return /^--[a-z][\w.-]*=/.test(word.value) ? (settingOf(word, 2, command) ?? []) : [];
    }),
  );
}

function startsServer(command: Invocation): boolean {
  if (['postgres', 'postmaster'].includes(command.program)) return true;
  if (command.program === 'docker-entrypoint.sh') return command.words[1]?.value === 'postgres';
  return (
    command.use === 'container' &&
    command.words[0]?.value === '-c' &&
    /^\w+=/.test(command.words[1]?.value ?? '')
  );
}

/** A dash in a name stands for an underscore. */
function settingOf(word: PlacedText, from: number, command: Invocation): ServerSetting | undefined {
  const at = word.value.indexOf('=', from);
  if (at <= from) return undefined;
  const name = placePart(word, from, at);
  const value = placePart(word, at + 1, word.value.length);
  return {
    name: { ...name, value: name.value.replaceAll('-', '_') },
    value: word.unknown && !value.unknown && value.value.includes('$') ? { ...value, unknown: true } : value,
    via: 'command-line',
    line: command.place,
  };
}
