export interface SortOrder {
  readonly sortBy: string;
  readonly ascending: boolean;
}

/** What the portal remembers per user: a sort order is remembered by merely asking for it. */
export class UserPreferences {
  private readonly orders = new Map<string, SortOrder>();
  private readonly tarGz = new Map<string, boolean>();
  private readonly tarGzDefault: boolean;

  constructor(tarGzDefault: boolean) {
    this.tarGzDefault = tarGzDefault;
  }

  orderOf(userId: string): SortOrder {
    return this.orders.get(userId) ?? { sortBy: 'DateAndTime', ascending: false };
  }

  rememberOrder(userId: string, order: SortOrder): void {
    this.orders.set(userId, order);
  }

  downloadsTarGz(userId: string): boolean {
    return this.tarGz.get(userId) ?? this.tarGzDefault;
  }

  setDownloadTarGz(userId: string, set: boolean): void {
    this.tarGz.set(userId, set);
  }
}
