import { notifications } from '@mantine/notifications';
import { wordsOf } from '../api/problem';

export const told = {
  done: (message: string) => notifications.show({ message, color: 'green' }),
  failed: (error: unknown) => notifications.show({ title: 'This could not be done', message: wordsOf(error), color: 'red' }),
};
