package dev.lethe.core.stats;

/** A closed interval; measurements carry one. */
public record Interval(double low, double high) {
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("low " + low + " is above high " + high);
        }
    }

    public boolean contains(double value) {
        return low <= value && value <= high;
    }
}
