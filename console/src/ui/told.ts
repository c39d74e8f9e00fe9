import { notifications } from '@mantine/notifications';
import { wordsOf } from '../api/problem';

const closeButtonProps = { 'aria-label': 'Close' };

export const told = {
  done: (message: string) => notifications.show({ message, color: 'green', closeButtonProps }),
  failed: (error: unknown) => notifications.show({ title: 'This could not be done', message: wordsOf(error), color: 'red', closeButtonProps }),
};
