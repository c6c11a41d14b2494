package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.MembershipView;
import java.util.function.IntFunction;

/** Several versions of a record asked about: their scores in one. */
final class QueryMean {
    private QueryMean() {}

    /**
     * The mean of the scores of each query, as the authors of LiRA take the log ratios of augmented images.
     *
     * @param scores of all records, for one query
     */
    static double[] of(MembershipView view, IntFunction<double[]> scores) {
        double[] mean = new double[view.records()];
        for (int query = 0; query < view.queries(); query++) {
            double[] some = scores.apply(query);
            for (int record = 0; record < mean.length; record++) {
                mean[record] += some[record] / view.queries();
            }
        }
        return mean;
    }
}
