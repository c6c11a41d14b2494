package dev.lethe.core.privacy;

/**
 * A guarantee for one record, read as one for a group of records, such as all of one person's (Vadhan 2017, lemma 2.2): k steps of
 * neighbours cost k epsilon, at delta (e^(k epsilon) - 1) / (e^epsilon - 1). Loose; noise scaled to the group is cheaper.
 *
 * @param one the guarantee for one record
 * @param records how many records a group has, at least 1
 */
public record GroupPrivacy(PrivacyCurve one, int records) implements PrivacyCurve {
    public GroupPrivacy {
        if (records < 1) {
            throw new IllegalArgumentException("records " + records + " must be at least 1");
        }
    }

    @Override
    public double delta(double epsilon) {
        double part = epsilon / records;
        return Math.min(1, one.delta(part) * factor(part) * (1 + 1e-14));
    }

    @Override
    public double epsilon(double delta) {
        if (!(delta >= 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
        }
        if (records == 1 || delta == 0) {
            return records * one.epsilon(delta);
        }
        // The part's epsilon is one that holds at delta / factor(epsilon), which falls as epsilon rises.
        double low = 0;
        double high = one.epsilon(delta / records);
        while (one.epsilon(delta / factor(high)) > high) {
            low = high;
            high = 2 * high + 1e-3;
            if (high > 600.0 / records) {
                return Double.POSITIVE_INFINITY;
            }
        }
        while (high - low > 1e-7 * high) {
            double middle = (low + high) / 2;
            if (one.epsilon(delta / factor(middle)) <= middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return records * high * (1 + 1e-14);
    }

    private double factor(double epsilon) {
        return epsilon < 1e-8 ? records * (1 + records * epsilon) : Math.expm1(records * epsilon) / Math.expm1(epsilon);
    }
}
