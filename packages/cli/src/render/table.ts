import { displayWidth, padEnd, padStart } from './safe-text.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly minWidth?: number;
}

/**
 * Rows as aligned lines, whose columns only ever widen: rows can come in batches of any number.
 * - The last column is never padded. Cells must be safe to show.
 */
export class Table {
  readonly #columns: readonly Column[];
  readonly #widths: number[];

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#widths = columns.map((column) => Math.max(displayWidth(column.title), column.minWidth ?? 0));
  }

  header(): string {
    return this.#line(this.#columns.map((column) => column.title));
  }

  /** Makes room for rows before anything is printed. */
  fit(rows: readonly (readonly string[])[]): void {
    for (const row of rows) {
      for (const [index, cell] of row.entries()) this.#widths[index] = Math.max(this.#widths[index] ?? 0, displayWidth(cell));
    }
  }

  lines(rows: readonly (readonly string[])[]): readonly string[] {
    this.fit(rows);
    return rows.map((row) => this.#line(row));
  }

  #line(cells: readonly string[]): string {
    const last = cells.length - 1;
    return cells
      .map((cell, index) => {
        const width = this.#widths[index] ?? 0;
        if (this.#columns[index]?.align === 'right') return padStart(cell, width);
        return index === last ? cell : padEnd(cell, width);
      })
      .join('  ')
      .trimEnd();
  }
}
