import { Combobox, Group, Kbd, Text, TextInput, useCombobox } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../api/session';
import { searchField } from '../../app/search';
import { type Guess, guesses } from './filters';

/** One field for an id, a number, a tag: it says what it takes the text for, and Enter takes the likeliest. */
export function SearchField({ onChoose }: { onChoose: (guess: Guess) => void }) {
  const may = useMay();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const found = guesses(typed, may('see_content') || may('read_account'));
  const list = useCombobox();
  const choose = (guess: Guess | undefined) => {
    if (!guess) return;
    setTyped('');
    list.closeDropdown();
    if (guess.by === 'id') void navigate({ to: '/messages/$id', params: { id: guess.value } });
    else onChoose(guess);
  };
  return (
    <Combobox store={list} onOptionSubmit={(by) => choose(found.find((guess) => guess.by === by))} withinPortal={false}>
      <Combobox.Target withExpandedAttribute>
        <TextInput
          ref={searchField}
          role="combobox"
          aria-autocomplete="list"
          aria-label="Search for messages"
          placeholder="Id, number, tag, error code"
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={<Kbd size="xs" aria-hidden visibleFrom="sm">/</Kbd>}
          rightSectionPointerEvents="none"
          style={{ flex: '1 1 320px' }}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            if (event.currentTarget.value.trim() === '') list.closeDropdown();
            else list.openDropdown();
            list.resetSelectedOption();
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && list.getSelectedOptionIndex() < 0) {
              event.preventDefault();
              choose(found[0]);
            }
            if (event.key === 'Escape' && typed === '') event.currentTarget.blur();
          }}
          onBlur={() => list.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={found.length === 0}>
        <Combobox.Options>
          {found.map((guess, place) => (
            <Combobox.Option key={guess.by} value={guess.by}>
              <Group gap="xs" wrap="nowrap" justify="space-between">
                <Text size="sm" component="span" truncate>
                  {guess.label} <b>{guess.value}</b>
                </Text>
                {place === 0 && (
                  <Kbd size="xs" aria-hidden>
                    Enter
                  </Kbd>
                )}
              </Group>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
