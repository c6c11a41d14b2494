package dev.lethe.audit.outputs;

/**
 * Rows that hold only their largest entries.
 *
 * @param kept how many entries a row keeps; 0 if rows are not truncated
 * @param labelOnly whether the whole file holds two values, the larger once a row: the answered class and nothing else
 */
record Truncation(int kept, boolean labelOnly) {
    /** Fewer distinct rows do not tell a cut from a coincidence. */
    private static final int FEWEST_ROWS = 20;

    static final Truncation NONE = new Truncation(0, false);

    static Truncation of(RawAnswers raw) {
        if (raw.columns < 2 || raw.distinct < 2) {
            return NONE;
        }
        if (labelOnly(raw)) {
            return new Truncation(0, true);
        }
        boolean[] constant = constantColumns(raw);
        int active = 0;
        for (boolean same : constant) {
            active += same ? 0 : 1;
        }
        int[] rowsKeeping = new int[active + 1];
        boolean zeros = true;
        for (int row = 0; row < raw.rows; row++) {
            if (raw.first[row]) {
                float floor = Float.POSITIVE_INFINITY;
                int ties = 0;
                for (int column = 0; column < raw.columns; column++) {
                    float value = raw.at(row, column);
                    if (!constant[column] && value <= floor) {
                        ties = value == floor ? ties + 1 : 1;
                        floor = value;
                    }
                }
                zeros &= floor == 0;
                rowsKeeping[active - ties]++;
            }
        }
        int most = active;
        while (most > 0 && rowsKeeping[most] == 0) {
            most--;
        }
        // A row always has a smallest entry; that one is blank tells something only if blank is exactly 0.
        boolean blanks = most <= active - (zeros ? 1 : 2);
        boolean cut = blanks && most > 0 && active > 2 && raw.distinct >= FEWEST_ROWS;
        return cut && rowsKeeping[most] >= 0.9 * raw.distinct ? new Truncation(most, false) : NONE;
    }

    private static boolean labelOnly(RawAnswers raw) {
        for (int row = 0; row < raw.rows; row++) {
            int tops = 0;
            for (int column = 0; column < raw.columns; column++) {
                float value = raw.at(row, column);
                if (value == raw.high) {
                    tops++;
                } else if (value != raw.low) {
                    return false;
                }
            }
            if (tops != 1) {
                return false;
            }
        }
        return true;
    }

    /** Columns that say the same of every record, such as those of classes that the model never saw. */
    private static boolean[] constantColumns(RawAnswers raw) {
        boolean[] constant = new boolean[raw.columns];
        for (int column = 0; column < raw.columns; column++) {
            constant[column] = true;
            for (int row = 1; row < raw.rows && constant[column]; row++) {
                constant[column] = raw.at(row, column) == raw.at(0, column);
            }
        }
        return constant;
    }
}
