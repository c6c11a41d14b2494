package dev.lethe.core.data;

import java.util.HashSet;
import java.util.List;

/** How a column becomes numbers, by constants that were known beforehand or found privately; see {@link TableEncoder#of}. */
public sealed interface ColumnEncoding {
    /** Name of the column. */
    String column();

    /**
     * A number x becomes (x - centre) / scale, clipped to [-10, 10], and 0 where missing; one 0/1 feature more says that it is missing.
     *
     * @param scale above 0
     */
    record Scaled(String column, double centre, double scale) implements ColumnEncoding {
        public Scaled {
            if (!Double.isFinite(centre) || !(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("column '" + column + "': centre " + centre
                        + " must be finite, scale " + scale + " above 0 and finite");
            }
        }

        /** From bounds: the lower becomes -1, the upper 1. */
        public static Scaled between(String column, double low, double high) {
            return new Scaled(column, low / 2 + high / 2, high / 2 - low / 2);
        }
    }

    /** Each category becomes a 0/1 feature; one more says that the cell is missing; a category that is not named sets none. */
    record OneHot(String column, List<String> categories) implements ColumnEncoding {
        public OneHot {
            categories = List.copyOf(categories);
            if (new HashSet<>(categories).size() < categories.size() || categories.contains("")) {
                throw new IllegalArgumentException(
                        "column '" + column + "': categories must be different and not empty");
            }
        }
    }
}
