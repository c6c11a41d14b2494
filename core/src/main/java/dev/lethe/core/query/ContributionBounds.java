package dev.lethe.core.query;

/**
 * How much of one privacy unit takes part. What exceeds it is left out, by lot.
 *
 * @param maxGroups groups that a unit is part of, at least 1
 * @param maxRows rows of a unit in each of these groups, at least 1
 */
public record ContributionBounds(int maxGroups, int maxRows) {
    /** The largest of either. */
    public static final int MOST = 10_000;
    /** Each row is a unit of its own. */
    public static final ContributionBounds ROW = new ContributionBounds(1, 1);

    public ContributionBounds {
        require("maxGroups", maxGroups);
        require("maxRows", maxRows);
    }

    /** Rows of one unit in all. */
    public int rows() {
        return maxGroups * maxRows;
    }

    private static void require(String component, int value) {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException(component + " " + value + " must lie in 1.." + MOST);
        }
    }
}
