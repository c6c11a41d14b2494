package dev.lethe.audit.membership.attacks;

import java.util.function.Supplier;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * The L2 distance to the decision boundary, in deviations of each column, by labels alone (Chen, Jordan, Wainwright:
 * HopSkipJumpAttack, IEEE S&P 2020): from a start with another label by bisection to the boundary; there an estimate of
 * its normal from the labels of random neighbours; a step along it; and again.
 *
 * <p>The closest point with another label that was asked about counts, so more questions never make the answer worse.
 */
final class HopSkipJump implements BoundarySearch<float[]> {
    private static final int MOST_STARTS = 20;
    private static final int MOST_HALVINGS = 6;
    private static final int FEWEST_NEIGHBOURS = 4;
    private static final int MOST_FIRST_NEIGHBOURS = 100;

    /** Of the budget, the part that the first estimate of the normal may take. */
    private static final int SHARE_OF_FIRST_NEIGHBOURS = 20;

    /** Questions that make use of a new normal: a step and a bisection. */
    private static final int AFTER_NORMAL = 6;

    private enum Phase {
        RECORD,
        START,
        BISECTION,
        NEIGHBOURS,
        STEP,
        DONE
    }

    private final float[] record;
    /** Of each column; one that does not vary has 0 and is never moved. */
    private final double[] deviation;

    private final Supplier<float[]> starts;
    private final ZigguratSampler.NormalizedGaussian gaussian;
    private final int bisections;
    private final double firstNeighbours;

    private Phase phase = Phase.RECORD;
    private float[] asked;
    private int left;
    private boolean misled;
    private double closest = Double.POSITIVE_INFINITY;
    private double farthestStart;
    private int tries;

    /** The end of a bisection from the record, with another label. */
    private float[] end = {};

    private double low;
    private double high;

    /** The point at the boundary. */
    private float[] point = {};

    private int round;
    private double radius;
    private int neighbours;
    private int answered;
    private int crossings;
    private double[] neighbour = {};
    private double[] sum = {};
    private double[] crossedSum = {};

    private double step;

    /**
     * @param starts points that probably have another label
     * @param budget how many questions will be answered, at most
     */
    HopSkipJump(
            float[] record, double[] deviation, Supplier<float[]> starts, int budget, UniformRandomProvider random) {
        this.record = record;
        this.deviation = deviation;
        this.starts = starts;
        gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        // The bisection must be finer than the neighbours are far: the paper's d^(-3/2).
        bisections = Math.max(6, Math.min(12, (int) Math.ceil(1.5 * Math.log(record.length) / Math.log(2))));
        firstNeighbours =
                Math.max(FEWEST_NEIGHBOURS, Math.min(MOST_FIRST_NEIGHBOURS, budget / SHARE_OF_FIRST_NEIGHBOURS));
        left = budget;
        asked = record;
    }

    @Override
    public boolean isDone() {
        return phase == Phase.DONE || left == 0;
    }

    @Override
    public float[] question() {
        return asked;
    }

    @Override
    public boolean isMisled() {
        return misled;
    }

    @Override
    public double distance() {
        return closest < Double.POSITIVE_INFINITY ? closest : farthestStart;
    }

    @Override
    public void answer(boolean crossed) {
        left--;
        if (crossed) {
            closest = Math.min(closest, length(asked));
        }
        switch (phase) {
            case RECORD -> {
                misled = crossed;
                if (misled) {
                    phase = Phase.DONE;
                } else {
                    start();
                }
            }
            case START -> {
                farthestStart = Math.max(farthestStart, length(asked));
                if (crossed) {
                    bisect(asked);
                } else {
                    start();
                }
            }
            case BISECTION -> bisected(crossed);
            case NEIGHBOURS -> seen(crossed);
            case STEP -> stepped(crossed);
            case DONE -> throw new IllegalStateException("nothing was asked");
        }
    }

    private double length(float[] at) {
        double squares = 0;
        for (int c = 0; c < at.length; c++) {
            if (deviation[c] > 0) {
                double d = ((double) at[c] - record[c]) / deviation[c];
                squares += d * d;
            }
        }
        return Math.sqrt(squares);
    }

    private void start() {
        phase = tries++ < MOST_STARTS ? Phase.START : Phase.DONE;
        asked = phase == Phase.START ? starts.get() : asked;
    }

    private void bisect(float[] from) {
        phase = Phase.BISECTION;
        end = from;
        low = 0;
        high = 1;
        asked = between(0.5);
    }

    private float[] between(double share) {
        float[] middle = new float[record.length];
        for (int c = 0; c < middle.length; c++) {
            middle[c] = (float) (record[c] + share * ((double) end[c] - record[c]));
        }
        return middle;
    }

    private void bisected(boolean crossed) {
        if (crossed) {
            high = (low + high) / 2;
        } else {
            low = (low + high) / 2;
        }
        boolean fine = high - low <= Math.scalb(1.0, -bisections);
        if (fine && left >= FEWEST_NEIGHBOURS + AFTER_NORMAL) {
            point = between(high);
            look();
        } else {
            // What is left of the budget is too little for another normal, so it goes into this line.
            asked = between((low + high) / 2);
        }
    }

    private void look() {
        round++;
        phase = Phase.NEIGHBOURS;
        double fineness = Math.scalb(2 * Math.sqrt(record.length), -bisections);
        radius = length(point) * Math.min(0.5, Math.max(1.0 / record.length, fineness));
        neighbours = (int) Math.min(Math.round(firstNeighbours * Math.sqrt(round)), left - (long) AFTER_NORMAL);
        answered = 0;
        crossings = 0;
        sum = new double[record.length];
        crossedSum = new double[record.length];
        if (neighbours < FEWEST_NEIGHBOURS) {
            bisect(point);
        } else {
            next();
        }
    }

    private void next() {
        neighbour = new double[record.length];
        double squares = 0;
        for (int c = 0; c < neighbour.length; c++) {
            neighbour[c] = deviation[c] > 0 ? gaussian.sample() : 0;
            squares += neighbour[c] * neighbour[c];
        }
        double norm = Math.max(Math.sqrt(squares), Double.MIN_NORMAL);
        for (int c = 0; c < neighbour.length; c++) {
            neighbour[c] /= norm;
        }
        asked = moved(neighbour, radius);
    }

    private float[] moved(double[] direction, double by) {
        float[] at = new float[record.length];
        for (int c = 0; c < at.length; c++) {
            at[c] = (float) (point[c] + by * direction[c] * deviation[c]);
        }
        return at;
    }

    private void seen(boolean crossed) {
        answered++;
        crossings += crossed ? 1 : 0;
        for (int c = 0; c < sum.length; c++) {
            sum[c] += neighbour[c];
            crossedSum[c] += crossed ? neighbour[c] : 0;
        }
        if (answered < neighbours) {
            next();
            return;
        }
        // Less the mean of the answers, as in the paper: an estimate of less variance.
        double mean = crossings == 0 || crossings == answered ? 0 : (double) crossings / answered;
        double sign = crossings == 0 ? -1 : 1;
        double squares = 0;
        for (int c = 0; c < sum.length; c++) {
            neighbour[c] = crossings == 0 || crossings == answered ? sign * sum[c] : crossedSum[c] - mean * sum[c];
            squares += neighbour[c] * neighbour[c];
        }
        double norm = Math.max(Math.sqrt(squares), Double.MIN_NORMAL);
        for (int c = 0; c < sum.length; c++) {
            neighbour[c] /= norm;
        }
        phase = Phase.STEP;
        tries = 0;
        step = length(point) / Math.sqrt(round);
        asked = moved(neighbour, step);
    }

    private void stepped(boolean crossed) {
        if (crossed) {
            bisect(asked);
        } else if (++tries < MOST_HALVINGS) {
            step /= 2;
            asked = moved(neighbour, step);
        } else {
            look();
        }
    }
}
