package dev.lethe.protect.training;

import java.util.ArrayList;
import java.util.List;

/**
 * Running sums of vectors with correlated noise, vector by vector. One thread, one stream.
 *
 * <p>What is noised is what the theorems speak of, sums of nodes or rows of C times the stream, rounded to the noise's grid; sums are
 * made of that afterwards, so that their arithmetic tells nothing more.
 */
sealed interface RunningSums {
    /**
     * Takes the next vector in.
     *
     * @return the noisy running sum with it, less the noisy running sum before; the caller's own
     */
    double[] add(float[] vector);

    /** What is to be kept for {@link #resume}, noiseless sums among it; not a copy. */
    List<double[]> memory();

    /**
     * Goes on from where another one of the same settings stood.
     *
     * @param steps vectors that it had taken in
     */
    void resume(long steps, List<double[]> memory);

    private static void copy(List<double[]> from, List<double[]> to) {
        if (from.size() != to.size()) {
            throw new IllegalArgumentException("the checkpoint has " + from.size() + " sums instead of " + to.size());
        }
        for (int i = 0; i < to.size(); i++) {
            if (from.get(i).length != to.get(i).length) {
                throw new IllegalArgumentException(
                        "a sum in the checkpoint has " + from.get(i).length + " values instead of " + to.get(i).length);
            }
            System.arraycopy(from.get(i), 0, to.get(i), 0, to.get(i).length);
        }
    }

    /**
     * A node for each complete subtree, with noise once it is complete. The sum of t vectors is the sum of the nodes that t has binary
     * ones for.
     */
    final class Tree implements RunningSums {
        private final long leaves;
        private final double sigma;
        private final Chance chance;
        /** By level, 2^level leaves each: the newest complete node, without noise and with it, 0 where the sum has none. */
        private final List<double[]> exact = new ArrayList<>();

        private final List<double[]> noisy = new ArrayList<>();
        private final int size;
        private long steps;

        Tree(int size, long leaves, double sigma, Chance chance) {
            this.size = size;
            this.leaves = leaves;
            this.sigma = sigma;
            this.chance = chance;
            for (int level = 0; level < Long.SIZE - Long.numberOfLeadingZeros(leaves); level++) {
                exact.add(new double[size]);
                noisy.add(new double[size]);
            }
        }

        @Override
        public double[] add(float[] vector) {
            if (steps == leaves) {
                throw new IllegalStateException("the tree has " + leaves + " leaves, and all are taken");
            }
            steps++;
            double[] moved = new double[size];
            double[] node = new double[size];
            for (int i = 0; i < size; i++) {
                node[i] = vector[i];
            }
            int level = Long.numberOfTrailingZeros(steps);
            for (int below = 0; below < level; below++) {
                double[] part = exact.get(below);
                double[] without = noisy.get(below);
                for (int i = 0; i < size; i++) {
                    node[i] += part[i];
                    moved[i] -= without[i];
                    part[i] = 0;
                    without[i] = 0;
                }
            }
            System.arraycopy(node, 0, exact.get(level), 0, size);
            chance.addNoise(node, sigma);
            System.arraycopy(node, 0, noisy.get(level), 0, size);
            for (int i = 0; i < size; i++) {
                moved[i] += node[i];
            }
            return moved;
        }

        @Override
        public List<double[]> memory() {
            List<double[]> all = new ArrayList<>(exact);
            all.addAll(noisy);
            return all;
        }

        @Override
        public void resume(long from, List<double[]> memory) {
            if (from < 0 || from > leaves) {
                throw new IllegalArgumentException("step " + from + " must lie in 0.." + leaves);
            }
            copy(memory, memory());
            steps = from;
        }
    }

    /**
     * C times the stream with independent noise, for C lower triangular and constant along diagonals, and C undone: to the stream is
     * added C^-1 z, of which a step needs as many earlier ones as C has diagonals.
     */
    final class Toeplitz implements RunningSums {
        private final double[] coefficients;
        private final double sigma;
        private final Chance chance;
        private final int size;
        /** The newest vectors, and with noise, by step modulo their number. */
        private final List<double[]> exact = new ArrayList<>();

        private final List<double[]> noisy = new ArrayList<>();
        private long steps;

        /** @param coefficients the first column of C; later entries are 0 */
        Toeplitz(int size, List<Double> coefficients, double sigma, Chance chance) {
            this.size = size;
            this.coefficients =
                    coefficients.stream().mapToDouble(Double::doubleValue).toArray();
            this.sigma = sigma;
            this.chance = chance;
            for (int k = 1; k < this.coefficients.length; k++) {
                exact.add(new double[size]);
                noisy.add(new double[size]);
            }
        }

        @Override
        public double[] add(float[] vector) {
            double[] row = new double[size];
            for (int i = 0; i < size; i++) {
                row[i] = coefficients[0] * vector[i];
            }
            int remembered = (int) Math.min(steps, exact.size());
            for (int k = 1; k <= remembered; k++) {
                addMultiple(row, coefficients[k], exact.get(place(k)));
            }
            chance.addNoise(row, sigma);
            for (int k = 1; k <= remembered; k++) {
                addMultiple(row, -coefficients[k], noisy.get(place(k)));
            }
            for (int i = 0; i < size; i++) {
                row[i] /= coefficients[0];
            }
            if (!exact.isEmpty()) {
                double[] newest = exact.get(place(0));
                for (int i = 0; i < size; i++) {
                    newest[i] = vector[i];
                }
                System.arraycopy(row, 0, noisy.get(place(0)), 0, size);
            }
            steps++;
            return row;
        }

        /** Where the vector of so many steps ago is. */
        private int place(int ago) {
            return (int) ((steps - ago) % exact.size());
        }

        private static void addMultiple(double[] sum, double factor, double[] values) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += factor * values[i];
            }
        }

        @Override
        public List<double[]> memory() {
            List<double[]> all = new ArrayList<>(exact);
            all.addAll(noisy);
            return all;
        }

        @Override
        public void resume(long from, List<double[]> memory) {
            if (from < 0) {
                throw new IllegalArgumentException("step " + from + " must be at least 0");
            }
            copy(memory, memory());
            steps = from;
        }
    }
}
