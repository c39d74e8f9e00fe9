import { PasswordInput } from '@mantine/core';
import { useState } from 'react';

export const LEAST_PASSWORD = 12;

/** A password that is chosen, twice. Gives undefined while both are not the same and long enough. */
export function NewPassword({ onChange, error }: { onChange: (password: string | undefined) => void; error?: string | undefined }) {
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const tell = (one: string, two: string) => onChange(one.length >= LEAST_PASSWORD && one === two ? one : undefined);
  return (
    <>
      <PasswordInput
        label="New password"
        description={`At least ${LEAST_PASSWORD} characters. Several words are easier to remember than signs.`}
        autoComplete="new-password"
        required
        minLength={LEAST_PASSWORD}
        value={first}
        error={error}
        onChange={(event) => {
          setFirst(event.currentTarget.value);
          tell(event.currentTarget.value, second);
        }}
      />
      <PasswordInput
        label="The same again"
        autoComplete="new-password"
        required
        value={second}
        error={second !== '' && second !== first ? 'It is not the same' : undefined}
        onChange={(event) => {
          setSecond(event.currentTarget.value);
          tell(first, event.currentTarget.value);
        }}
      />
    </>
  );
}
