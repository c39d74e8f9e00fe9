export function Rates() { return null; }
