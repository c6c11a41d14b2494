package dev.lethe.audit.membership.attacks;

import java.util.Arrays;

/**
 * What a record's few models say, shrunk towards what all records teach: where its IN models lie given its OUT models and the
 * other way round, and how widely models of its level of confidence vary. Formulas: {@code docs/math/bavaria.md}.
 */
final class Hierarchy {
    /** Of the scatter of means around the curve, at least this share is taken to be real. */
    private static final double SMALLEST_SHARE = 1e-3;

    private static final int ROUNDS = 2;

    private final Side in;
    private final Side out;
    private final Priors priors;

    /**
     * What all records teach about one's variance with the record in training and without it.
     *
     * @param commonWeight of the prior where the two variances are the same
     */
    record Priors(VariancePrior in, VariancePrior out, double commonWeight) {
        /** @param weight of the priors; 0 for the likeliest */
        static Priors of(Moments.Sides sides, double weight) {
            VariancePrior.Scatter in = VariancePrior.Scatter.of(sides.in());
            VariancePrior.Scatter out = VariancePrior.Scatter.of(sides.out());
            if (in.isEmpty() || out.isEmpty()) {
                return ofSingles(sides, weight);
            }
            Priors first = of(in, out, sides.in().mean(), sides.out().mean(), weight);
            // Means of few models are a poor level: they err on the side on which their models vary.
            Hierarchy shrunk = new Hierarchy(sides, first);
            return of(in, out, shrunk.in.location, shrunk.out.location, weight);
        }

        /** With one model a side, scatter around the curve is all there is; half of it is taken to be the models'. */
        private static Priors ofSingles(Moments.Sides sides, double weight) {
            int[] ones = new int[sides.in().records()];
            Arrays.fill(ones, 1);
            double[] in = halfSquares(
                    sides.in().mean(),
                    centres(
                            sides.in(),
                            sides.out(),
                            new LevelCurve.Grouped(sides.out().mean())));
            double[] out = halfSquares(
                    sides.out().mean(),
                    centres(
                            sides.out(),
                            sides.in(),
                            new LevelCurve.Grouped(sides.in().mean())));
            return of(
                    new VariancePrior.Scatter(in, ones),
                    new VariancePrior.Scatter(out, ones),
                    sides.in().mean(),
                    sides.out().mean(),
                    weight);
        }

        private static double[] halfSquares(double[] mean, double[] centre) {
            double[] half = new double[mean.length];
            for (int record = 0; record < half.length; record++) {
                half[record] = (mean[record] - centre[record]) * (mean[record] - centre[record]) / 2;
            }
            return half;
        }

        private static Priors of(
                VariancePrior.Scatter in,
                VariancePrior.Scatter out,
                double[] levelIn,
                double[] levelOut,
                double weight) {
            VariancePrior priorIn = VariancePrior.of(in, levelIn, weight);
            VariancePrior priorOut = VariancePrior.of(out, levelOut, weight);
            double[] middle = new double[levelIn.length];
            for (int record = 0; record < middle.length; record++) {
                middle[record] = (priorIn.at(levelIn[record]) + priorOut.at(levelOut[record])) / 2;
            }
            double common = weight > 0 ? weight : VariancePrior.likeliestWeight(in.and(out), middle);
            return new Priors(priorIn, priorOut, common);
        }
    }

    Hierarchy(Moments.Sides sides, Priors priors) {
        this.priors = priors;
        in = new Side(sides.in(), sides.out(), priors.in);
        out = new Side(sides.out(), sides.in(), priors.out);
    }

    /** Where each record's mean lies for all that the other side knows: its mean there, and the usual way from there. */
    private static double[] centres(Moments own, Moments other, LevelCurve.Grouped byOther) {
        double[] way = new double[own.records()];
        for (int record = 0; record < way.length; record++) {
            way[record] = own.mean()[record] - other.mean()[record];
        }
        // Ways change less from level to level than means do, so that lines between groups fit them better.
        double[] centre = byOther.smoothed(way);
        for (int record = 0; record < centre.length; record++) {
            centre[record] += other.mean()[record];
        }
        return centre;
    }

    /** One side's posterior of each record. */
    private static final class Side {
        private final Moments own;
        private final double[] centre;
        /** How many models the centre is worth. */
        private final double[] trust;

        private final double[] location;
        private final double[] variance;

        Side(Moments own, Moments other, VariancePrior prior) {
            this.own = own;
            int records = own.records();
            LevelCurve.Grouped byOther = new LevelCurve.Grouped(other.mean());
            centre = centres(own, other, byOther);
            double[] residual = new double[records];
            for (int record = 0; record < records; record++) {
                double away = own.mean()[record] - centre[record];
                residual[record] = away * away;
            }
            double[] scatter = byOther.smoothed(residual);
            trust = new double[records];
            location = own.mean().clone();
            variance = new double[records];
            for (int round = 0; round < ROUNDS; round++) {
                shrink(prior, byOther, scatter);
            }
        }

        private void shrink(VariancePrior prior, LevelCurve.Grouped byOther, double[] scatter) {
            double[] sampling = new double[location.length];
            for (int record = 0; record < sampling.length; record++) {
                variance[record] = prior.at(location[record]);
                sampling[record] = variance[record] / own.count()[record];
            }
            double[] expected = byOther.smoothed(sampling);
            for (int record = 0; record < sampling.length; record++) {
                double real = Math.max(scatter[record] - expected[record], SMALLEST_SHARE * scatter[record]);
                int n = own.count()[record];
                trust[record] = variance[record] / Math.max(real, Double.MIN_NORMAL);
                double share = n / (n + trust[record]);
                location[record] = centre[record] + share * (own.mean()[record] - centre[record]);
            }
        }

        /** Squared deviations, those of the own mean from the centre with them, as conjugacy has it. */
        double squares(int record) {
            double away = own.mean()[record] - centre[record];
            int n = own.count()[record];
            return own.squares()[record] + away * away * n / (1 + n / trust[record]);
        }

        Predictive predictive(double[] freedom, double[] squares) {
            double[] weight = new double[location.length];
            for (int record = 0; record < weight.length; record++) {
                weight[record] = trust[record] + own.count()[record];
            }
            return new Predictive(location, weight, freedom, squares);
        }
    }

    /** What another model would say of each record with it in training, and without it. */
    record Both(Predictive in, Predictive out) {}

    /** Each side with its own variance. */
    Both separate() {
        return new Both(own(in, priors.in), own(out, priors.out));
    }

    private static Predictive own(Side side, VariancePrior prior) {
        double[] freedom = new double[side.location.length];
        double[] squares = new double[side.location.length];
        for (int record = 0; record < squares.length; record++) {
            freedom[record] = prior.weight() + side.own.count()[record];
            squares[record] = prior.squares(side.variance[record]) + side.squares(record);
        }
        return side.predictive(freedom, squares);
    }

    /** One variance for both sides of a record. */
    Both common() {
        double[] freedom = new double[in.location.length];
        double[] squares = new double[in.location.length];
        for (int record = 0; record < squares.length; record++) {
            freedom[record] =
                    priors.commonWeight + in.own.count()[record] + out.own.count()[record];
            squares[record] = (priors.commonWeight - 2) * (in.variance[record] + out.variance[record]) / 2
                    + in.squares(record)
                    + out.squares(record);
        }
        return new Both(in.predictive(freedom, squares), out.predictive(freedom, squares));
    }
}
