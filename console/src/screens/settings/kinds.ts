import type { ConsoleSession, RevisedResource } from '../../api/schema';

export type Kind = RevisedResource['kind'];

interface Words {
  label: string;
  /** Who may go back to an earlier revision here; none where that is done elsewhere. */
  rollBack?: ConsoleSession['permissions'][number];
}

export const KINDS: Record<Kind, Words> = {
  account: { label: 'Account', rollBack: 'manage_accounts' },
  deck: { label: 'Rate deck', rollBack: 'manage_rates' },
  health: { label: 'Orders on health' },
  mapping: { label: 'Columns of a rate sheet' },
  rates: { label: 'Prices', rollBack: 'manage_rates' },
  routing: { label: 'Routing plan', rollBack: 'manage_routing' },
};

export const KIND_NAMES = Object.keys(KINDS) as Kind[];

export const isKind = (text: string | undefined): text is Kind => KIND_NAMES.some((kind) => kind === text);
