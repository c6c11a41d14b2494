package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What shadow models measure of each record as normal vectors, with a mean for IN and one for OUT that are each record's
 * own. The means of all records follow one normal distribution, which is estimated too and tells of a record what its
 * few shadows cannot: an empirical Bayes estimate, see {@code docs/math/label-only.md}.
 */
final class HierarchicalGaussians {
    /** How many shadows' worth of belief that a record's measurements spread as those of all records do. */
    private static final double SPREAD_BELIEF = 16;

    /** Spreads closer to each other than this factor share one computation. */
    private static final double SPREAD_STEP = 1.1;

    /** Share of a column's variance that is always taken for noise: keeps likelihood ratios finite. */
    private static final double LEAST_NOISE = 1e-6;

    private static final double TINY = 1e-12;
    private static final int SIDES = 2;

    /** Records whose deviations are multiplied together: they stay in the nearest cache. */
    private static final int BLOCK = 128;

    private final double[][] target;
    private final int records;
    /** Of each side, IN and OUT: how many shadows of each record. */
    private final int[][] count;
    /** Of each side, column and record: the mean over shadows. */
    private final double[][][] mean;
    /** Of each side, column and record: the sum of squared deviations from the mean. */
    private final double[][][] scatter;
    /** Of each side: the products of deviations from the mean, over all records. */
    private final double[][][] products;

    /** Of pairs of columns, whether their products are needed; the larger one first. */
    private final boolean[][] paired;

    /** What models are measured by: the numbers of each record, {@code [column][record]}. */
    interface Measured {
        double[][] target(MembershipView view);

        /** What is withheld may hold anything. */
        double[][] shadow(MembershipView view, int shadow);

        /** Has the target and some shadows measured at once, where that saves work. */
        default void measure(MembershipView view, int shadows) {}
    }

    /**
     * @param target what is measured of the target, {@code [column][record]}
     * @param sets of columns that ratios will be asked of
     */
    HierarchicalGaussians(double[][] target, List<int[]> sets) {
        this.target = target;
        int columns = target.length;
        records = target[0].length;
        count = new int[SIDES][records];
        mean = new double[SIDES][columns][records];
        scatter = new double[SIDES][columns][records];
        products = new double[SIDES][columns][columns];
        paired = new boolean[columns][columns];
        for (int[] set : sets) {
            for (int c : set) {
                for (int d : set) {
                    paired[c][d] |= d <= c;
                }
            }
        }
    }

    /** All that a view knows; of {@code shadows} shadows at most. */
    static HierarchicalGaussians of(MembershipView view, Measured measured, List<int[]> sets, int shadows) {
        measured.measure(view, shadows);
        HierarchicalGaussians gaussians = new HierarchicalGaussians(measured.target(view), sets);
        int[] in = new int[view.records()];
        int[] out = new int[view.records()];
        for (int shadow = 0; shadow < Math.min(shadows, view.shadows()); shadow++) {
            double[][] values = measured.shadow(view, shadow);
            int ins = 0;
            int outs = 0;
            for (int record = 0; record < in.length; record++) {
                Part part = view.part(shadow, record);
                if (part == Part.IN) {
                    in[ins++] = record;
                } else if (part == Part.OUT) {
                    out[outs++] = record;
                }
            }
            gaussians.add(true, Arrays.copyOf(in, ins), values);
            gaussians.add(false, Arrays.copyOf(out, outs), values);
        }
        return gaussians;
    }

    /**
     * What one more shadow measures; by Welford's update, for vectors.
     *
     * @param in whether it has these records in training
     * @param some the records that it tells of
     * @param values of all records, {@code [column][record]}
     */
    void add(boolean in, int[] some, double[][] values) {
        int side = in ? 0 : 1;
        Block block = new Block();
        double[][] before = new double[values.length][BLOCK];
        double[][] after = new double[values.length][BLOCK];
        double[][][] sums = new double[values.length][values.length][];
        for (int c = 0; c < values.length; c++) {
            for (int d = 0; d <= c; d++) {
                sums[c][d] = new double[paired[c][d] ? Math.min(BLOCK, some.length) : 0];
            }
        }
        for (int from = 0; from < some.length; from += BLOCK) {
            int size = Math.min(BLOCK, some.length - from);
            for (int i = 0; i < size; i++) {
                block.records[i] = some[from + i];
                block.counts[i] = ++count[side][some[from + i]];
            }
            for (int c = 0; c < values.length; c++) {
                block.gather(values[c], mean[side][c], scatter[side][c], size);
                block.update(before[c], after[c], size);
                block.scatter(mean[side][c], scatter[side][c], size);
            }
            for (int c = 0; c < values.length; c++) {
                for (int d = 0; d <= c; d++) {
                    if (paired[c][d]) {
                        addProducts(before[d], after[c], size, sums[c][d]);
                    }
                }
            }
        }
        for (int c = 0; c < values.length; c++) {
            for (int d = 0; d <= c; d++) {
                products[side][c][d] += Arrays.stream(sums[c][d]).sum();
            }
        }
    }

    /** One column of a block of records, side by side: its arithmetic then needs no look-up, and several are done at once. */
    private static final class Block {
        private final int[] records = new int[BLOCK];
        private final double[] counts = new double[BLOCK];
        private final double[] values = new double[BLOCK];
        private final double[] means = new double[BLOCK];
        private final double[] squares = new double[BLOCK];

        void gather(double[] fromValues, double[] fromMeans, double[] fromSquares, int size) {
            for (int i = 0; i < size; i++) {
                int record = records[i];
                values[i] = fromValues[record];
                means[i] = fromMeans[record];
                squares[i] = fromSquares[record];
            }
        }

        /** Welford's; leaves deviations from the old mean in {@code before}, and those from the new one in {@code after}. */
        void update(double[] before, double[] after, int size) {
            for (int i = 0; i < size; i++) {
                double away = values[i] - means[i];
                double mean = means[i] + away / counts[i];
                double rest = values[i] - mean;
                before[i] = away;
                after[i] = rest;
                means[i] = mean;
                squares[i] += away * rest;
            }
        }

        void scatter(double[] intoMeans, double[] intoSquares, int size) {
            for (int i = 0; i < size; i++) {
                intoMeans[records[i]] = means[i];
                intoSquares[records[i]] = squares[i];
            }
        }
    }

    /** A sum for each place in a block: no addition waits for the one before, and several are done at once. */
    private static void addProducts(double[] a, double[] b, int size, double[] sums) {
        for (int i = 0; i < size; i++) {
            sums[i] += a[i] * b[i];
        }
    }

    /**
     * Log-likelihood ratios of IN against OUT of some of the columns together: first with the covariance of each side, then
     * with the mean of both.
     *
     * @param columns one of the sets, or a part of one
     */
    double[][] ratios(int... columns) {
        Prior prior = new Prior(columns);
        double[][] ratios = new double[2][records];
        Map<Shape, Predictive> known = new HashMap<>();
        double[] deviation = new double[SIDES * columns.length];
        for (int record = 0; record < records; record++) {
            Predictive predictive =
                    known.computeIfAbsent(shape(record, columns, prior), shape -> new Predictive(shape, prior));
            predictive.means(record, columns, deviation);
            ratios[0][record] = predictive.ratio(predictive.in, predictive.out, record, columns, deviation);
            ratios[1][record] = predictive.ratio(predictive.both, predictive.both, record, columns, deviation);
        }
        return ratios;
    }

    /** What the predictive distributions of a record depend on, but for their means. */
    private record Shape(int in, int out, int spread) {}

    private Shape shape(int record, int[] columns, Prior prior) {
        double squares = 0;
        int freedom = 0;
        for (int side = 0; side < SIDES; side++) {
            freedom += Math.max(0, count[side][record] - 1);
            for (int c = 0; c < columns.length; c++) {
                squares += scatter[side][columns[c]][record] / prior.noise[side][c][c];
            }
        }
        double spread = (SPREAD_BELIEF + squares / columns.length) / (SPREAD_BELIEF + freedom);
        return new Shape(count[0][record], count[1][record], (int) Math.rint(Math.log(spread) / Math.log(SPREAD_STEP)));
    }

    /** How the means of records are distributed, IN's columns then OUT's, and how shadows vary around them. */
    private final class Prior {
        private final double[] centre;
        private final double[][] covariance;
        /** Of each side. */
        private final double[][][] noise;

        Prior(int[] columns) {
            int width = columns.length;
            centre = new double[SIDES * width];
            double[][] total = new double[SIDES * width][SIDES * width];
            noise = new double[SIDES][][];
            for (int i = 0; i < SIDES * width; i++) {
                centre[i] = centre(i / width, columns[i % width]);
            }
            for (int i = 0; i < SIDES * width; i++) {
                for (int j = 0; j <= i; j++) {
                    total[i][j] = covariance(
                            i / width, columns[i % width], centre[i], j / width, columns[j % width], centre[j]);
                    total[j][i] = total[i][j];
                }
            }
            for (int side = 0; side < SIDES; side++) {
                noise[side] = noise(side, columns, total);
                double share = share(side);
                for (int c = 0; c < width; c++) {
                    for (int d = 0; d < width; d++) {
                        total[side * width + c][side * width + d] -= share * noise[side][c][d];
                    }
                }
            }
            covariance = new Spectrum(total).nonNegative();
        }

        private double centre(int side, int column) {
            double sum = 0;
            int known = 0;
            for (int record = 0; record < records; record++) {
                if (count[side][record] > 0) {
                    sum += mean[side][column][record];
                    known++;
                }
            }
            return sum / Math.max(1, known);
        }

        private double covariance(
                int side, int column, double centre, int otherSide, int otherColumn, double otherCentre) {
            double sum = 0;
            int known = 0;
            for (int record = 0; record < records; record++) {
                if (count[side][record] > 0 && count[otherSide][record] > 0) {
                    sum += (mean[side][column][record] - centre) * (mean[otherSide][otherColumn][record] - otherCentre);
                    known++;
                }
            }
            return sum / Math.max(1, known);
        }

        /** The mean of 1/count: the share of the noise of one shadow that is left in a record's mean. */
        private double share(int side) {
            double sum = 0;
            int known = 0;
            for (int record = 0; record < records; record++) {
                if (count[side][record] > 0) {
                    sum += 1.0 / count[side][record];
                    known++;
                }
            }
            return known == 0 ? 0 : sum / known;
        }

        private double[][] noise(int side, int[] columns, double[][] total) {
            int width = columns.length;
            // Of a side that no record has twice, the other side tells.
            int from = freedom(side) > 0 ? side : 1 - side;
            long freedom = freedom(from);
            double[][] matrix = new double[width][width];
            for (int c = 0; c < width; c++) {
                for (int d = 0; d < width; d++) {
                    int low = Math.min(columns[c], columns[d]);
                    int high = Math.max(columns[c], columns[d]);
                    // With one shadow a side nobody can tell records from models: half is each.
                    matrix[c][d] = freedom > 0
                            ? products[from][high][low] / freedom
                            : 0.5 * total[side * width + c][side * width + d];
                }
            }
            for (int c = 0; c < width; c++) {
                matrix[c][c] += LEAST_NOISE * (matrix[c][c] + total[side * width + c][side * width + c]) + TINY;
            }
            return matrix;
        }

        private long freedom(int side) {
            return Arrays.stream(count[side]).mapToLong(n -> Math.max(0, n - 1)).sum();
        }
    }

    /** What is expected of the target on records of one shape, under IN and under OUT. */
    private final class Predictive {
        private final Prior prior;
        private final int width;
        /** The entries of both means that shadows have measured. */
        private final int[] seen;
        /** From deviations of the seen means to deviations of the expected ones. */
        private final double[][] gain;

        private final Cholesky in;
        private final Cholesky out;
        private final Cholesky both;

        Predictive(Shape shape, Prior prior) {
            this.prior = prior;
            width = prior.centre.length / SIDES;
            double spread = Math.pow(SPREAD_STEP, shape.spread());
            int[] shadows = {shape.in(), shape.out()};
            seen = java.util.stream.IntStream.range(0, SIDES * width)
                    .filter(i -> shadows[i / width] > 0)
                    .toArray();
            double[][] observed = new double[seen.length][seen.length];
            for (int i = 0; i < seen.length; i++) {
                for (int j = 0; j < seen.length; j++) {
                    int side = seen[i] / width;
                    observed[i][j] = prior.covariance[seen[i]][seen[j]];
                    if (side == seen[j] / width) {
                        observed[i][j] += spread * prior.noise[side][seen[i] % width][seen[j] % width] / shadows[side];
                    }
                }
            }
            Cholesky factor = new Cholesky(observed);
            gain = new double[SIDES * width][seen.length];
            double[][] left = new double[SIDES * width][SIDES * width];
            for (int i = 0; i < gain.length; i++) {
                for (int j = 0; j < seen.length; j++) {
                    gain[i][j] = prior.covariance[i][seen[j]];
                }
                factor.solve(gain[i]);
            }
            for (int i = 0; i < gain.length; i++) {
                for (int j = 0; j < gain.length; j++) {
                    left[i][j] = prior.covariance[i][j];
                    for (int k = 0; k < seen.length; k++) {
                        left[i][j] -= gain[i][k] * prior.covariance[seen[k]][j];
                    }
                }
            }
            double[][][] sides = new double[SIDES][width][width];
            double[][] middle = new double[width][width];
            for (int side = 0; side < SIDES; side++) {
                for (int c = 0; c < width; c++) {
                    for (int d = 0; d < width; d++) {
                        sides[side][c][d] = left[side * width + c][side * width + d] + spread * prior.noise[side][c][d];
                        middle[c][d] += sides[side][c][d] / SIDES;
                    }
                }
            }
            in = new Cholesky(sides[0]);
            out = new Cholesky(sides[1]);
            both = new Cholesky(middle);
        }

        /** The expected means of a record, IN's columns then OUT's. */
        void means(int record, int[] columns, double[] into) {
            double[] deviation = new double[seen.length];
            for (int k = 0; k < seen.length; k++) {
                deviation[k] = mean[seen[k] / width][columns[seen[k] % width]][record] - prior.centre[seen[k]];
            }
            for (int i = 0; i < into.length; i++) {
                into[i] = prior.centre[i];
                for (int k = 0; k < seen.length; k++) {
                    into[i] += gain[i][k] * deviation[k];
                }
            }
        }

        double ratio(Cholesky ifIn, Cholesky ifOut, int record, int[] columns, double[] means) {
            double[] fromIn = new double[width];
            double[] fromOut = new double[width];
            for (int c = 0; c < width; c++) {
                fromIn[c] = target[columns[c]][record] - means[c];
                fromOut[c] = target[columns[c]][record] - means[width + c];
            }
            return ifIn.logDensity(fromIn) - ifOut.logDensity(fromOut);
        }
    }
}
