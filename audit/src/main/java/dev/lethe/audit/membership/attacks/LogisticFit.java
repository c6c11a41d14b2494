package dev.lethe.audit.membership.attacks;

import java.util.Arrays;

/** Logistic regression of a truth on a few columns of numbers, which are standardised; by Newton's method, no randomness. */
final class LogisticFit {
    private static final int MOST_STEPS = 25;
    private static final double SMALL = 1e-9;

    private final double[] mean;
    private final double[] deviation;
    /** One a column, then the constant. */
    private final double[] weights;

    /**
     * @param rows {@code [row][column]}
     * @param ridge above 0, for each row: keeps weights finite where the columns tell the truth exactly. The less, the more
     *     may columns that are nearly alike differ in weight
     */
    LogisticFit(double[][] rows, boolean[] truth, double ridge) {
        int columns = rows[0].length;
        mean = new double[columns];
        deviation = new double[columns];
        for (int c = 0; c < columns; c++) {
            int column = c;
            mean[c] = Arrays.stream(rows)
                    .mapToDouble(row -> row[column])
                    .average()
                    .orElse(0);
            deviation[c] = Math.sqrt(Arrays.stream(rows)
                    .mapToDouble(row -> (row[column] - mean[column]) * (row[column] - mean[column]))
                    .average()
                    .orElse(0));
        }
        weights = new double[columns + 1];
        for (int step = 0; step < MOST_STEPS; step++) {
            if (newton(rows, truth, ridge * rows.length) < SMALL) {
                break;
            }
        }
    }

    /** One step; returns the largest change of a weight. */
    private double newton(double[][] rows, boolean[] truth, double ridge) {
        int size = weights.length;
        double[] gradient = new double[size];
        double[][] curvature = new double[size][size];
        double[] x = new double[size];
        for (int row = 0; row < rows.length; row++) {
            standardise(rows[row], x);
            double p = 1 / (1 + Math.exp(-product(x)));
            for (int i = 0; i < size; i++) {
                gradient[i] += x[i] * ((truth[row] ? 1 : 0) - p);
                for (int j = 0; j <= i; j++) {
                    curvature[i][j] += x[i] * x[j] * p * (1 - p);
                }
            }
        }
        for (int i = 0; i < size; i++) {
            gradient[i] -= ridge * weights[i];
            curvature[i][i] += ridge;
        }
        new Cholesky(curvature).solve(gradient);
        double largest = 0;
        for (int i = 0; i < size; i++) {
            weights[i] += gradient[i];
            largest = Math.max(largest, Math.abs(gradient[i]));
        }
        return largest;
    }

    private void standardise(double[] row, double[] into) {
        for (int c = 0; c < row.length; c++) {
            into[c] = (row[c] - mean[c]) / Math.max(deviation[c], SMALL);
        }
        into[row.length] = 1;
    }

    private double product(double[] x) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * x[i];
        }
        return sum;
    }

    /** Log-odds of the truth for each row. */
    double[] logOdds(double[][] rows) {
        double[] x = new double[weights.length];
        double[] odds = new double[rows.length];
        for (int row = 0; row < rows.length; row++) {
            standardise(rows[row], x);
            odds[row] = product(x);
        }
        return odds;
    }
}
