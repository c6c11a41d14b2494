package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.nn.LogisticRegression;
import dev.lethe.nn.Optimization;
import java.util.stream.IntStream;

/**
 * The mean logistic loss of linear classifiers on rows of norm at most 1: a row's features and a constant 1, multiplied such that a row
 * of norm {@code radius} or more has norm 1. To shorten a row with its constant changes no answer's sign.
 */
final class LogisticLoss {
    /** Gradients are followed down to this norm. */
    static final double TOLERANCE = 1e-10;

    /** Rows stay below 1 by this share, which pays for what doubles are off in their norms and in noise scales. */
    private static final double MARGIN = 0x1p-40;

    private static final int MOST_ITERATIONS = 200;
    private static final double SMALLEST_STEP = 0x1p-40;

    private final Examples data;
    private final int[] rows;
    private final double radius;
    /** What each row is multiplied by. */
    private final double[] factors;

    LogisticLoss(Examples data, int[] rows, double radius) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("there must be at least one row to train on");
        }
        this.data = data;
        this.rows = rows;
        this.radius = radius;
        factors = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            double square = 1;
            for (int j = 0; j < data.width(); j++) {
                double value = data.features()[rows[i] * data.width() + j];
                square += value * value;
            }
            factors[i] = (1 - MARGIN) / Math.max(radius, Math.sqrt(square));
        }
    }

    static void requireSettings(double epsilon, double regularization, double radius) {
        if (!(epsilon >= 1e-6 && epsilon <= 1000)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must lie in [1e-6, 1000]");
        }
        if (!(regularization >= 1e-9 && regularization <= 1000)) {
            throw new IllegalArgumentException("regularization " + regularization + " must lie in [1e-9, 1000]");
        }
        if (!(radius >= 1e-6 && radius <= 1e6)) {
            throw new IllegalArgumentException("radius " + radius + " must lie in [1e-6, 1e6]");
        }
    }

    /** Classifiers of so many classes: one where there are two, else one a class. */
    static int classifiers(int classes) {
        return classes == 2 ? 1 : classes;
    }

    /** What each classifier may cost; all together cost no more than epsilon. */
    static double share(double epsilon, int classes) {
        int parts = classifiers(classes);
        return parts == 1 ? epsilon : Math.nextDown(epsilon / parts);
    }

    int rows() {
        return rows.length;
    }

    /** Weights of a classifier, the constant's last. */
    int size() {
        return data.width() + 1;
    }

    /** 1 for rows of the class that this classifier tells from the rest, -1 for others; of two classes it is the second. */
    double[] signs(int classifier) {
        int positive = data.classes().size() == 2 ? 1 : classifier;
        double[] signs = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            signs[i] = data.labels()[rows[i]] == positive ? 1 : -1;
        }
        return signs;
    }

    /** Value j of row i, scaled. */
    private double value(int i, int j) {
        return j == data.width() ? factors[i] : factors[i] * data.features()[rows[i] * data.width() + j];
    }

    private double answer(int i, double[] weights) {
        double sum = 0;
        for (int j = 0; j < weights.length; j++) {
            sum += weights[j] * value(i, j);
        }
        return sum;
    }

    /** Of mean loss + curvature / 2 · weights² + slope · weights. */
    double[] gradient(double[] signs, double[] weights, double curvature, double[] slope) {
        double[] gradient = new double[weights.length];
        for (int i = 0; i < rows.length; i++) {
            double pull = -signs[i] / (1 + Math.exp(signs[i] * answer(i, weights)));
            for (int j = 0; j < gradient.length; j++) {
                gradient[j] += pull * value(i, j);
            }
        }
        for (int j = 0; j < gradient.length; j++) {
            gradient[j] = gradient[j] / rows.length + curvature * weights[j] + slope[j];
        }
        return gradient;
    }

    /**
     * Where mean loss + curvature / 2 · weights² + slope · weights is least, to a gradient of norm {@link #TOLERANCE}: Newton's method,
     * each step shortened until the gradient shrinks.
     */
    double[] minimum(double[] signs, double curvature, double[] slope) {
        double[] weights = new double[size()];
        double[] gradient = gradient(signs, weights, curvature, slope);
        double norm = norm(gradient);
        for (int iteration = 0; norm > TOLERANCE && iteration < MOST_ITERATIONS; iteration++) {
            double[] direction = solve(hessian(signs, weights, curvature), gradient);
            double step = 1;
            double before = norm;
            while (step >= SMALLEST_STEP) {
                double[] there = new double[weights.length];
                for (int j = 0; j < there.length; j++) {
                    there[j] = weights[j] - step * direction[j];
                }
                double[] itsGradient = gradient(signs, there, curvature, slope);
                double itsNorm = norm(itsGradient);
                if (itsNorm <= (1 - 1e-4 * step) * before) {
                    weights = there;
                    gradient = itsGradient;
                    norm = itsNorm;
                    break;
                }
                step /= 2;
            }
            if (norm == before) {
                break;
            }
        }
        if (!(norm <= TOLERANCE)) {
            throw new ArithmeticException("no minimum was found to a gradient of " + TOLERANCE
                    + ", without which nothing can be promised; raise the regularization");
        }
        return weights;
    }

    /** Lower triangle. */
    private double[][] hessian(double[] signs, double[] weights, double curvature) {
        int size = weights.length;
        double[][] hessian = new double[size][];
        for (int j = 0; j < size; j++) {
            hessian[j] = new double[j + 1];
        }
        double[] row = new double[size];
        for (int i = 0; i < rows.length; i++) {
            double odds = Math.exp(-Math.abs(signs[i] * answer(i, weights)));
            double weight = odds / ((1 + odds) * (1 + odds)) / rows.length;
            for (int j = 0; j < size; j++) {
                row[j] = value(i, j);
            }
            for (int j = 0; j < size; j++) {
                double factor = weight * row[j];
                if (factor != 0) {
                    for (int k = 0; k <= j; k++) {
                        hessian[j][k] += factor * row[k];
                    }
                }
            }
        }
        for (int j = 0; j < size; j++) {
            hessian[j][j] += curvature;
        }
        return hessian;
    }

    /** By Cholesky's decomposition, in place. */
    private static double[] solve(double[][] lower, double[] right) {
        int size = right.length;
        for (int j = 0; j < size; j++) {
            for (int k = 0; k <= j; k++) {
                double sum = lower[j][k];
                for (int i = 0; i < k; i++) {
                    sum -= lower[j][i] * lower[k][i];
                }
                lower[j][k] = k == j ? Math.sqrt(sum) : sum / lower[k][k];
            }
        }
        double[] solution = right.clone();
        for (int j = 0; j < size; j++) {
            for (int k = 0; k < j; k++) {
                solution[j] -= lower[j][k] * solution[k];
            }
            solution[j] /= lower[j][j];
        }
        for (int j = size - 1; j >= 0; j--) {
            for (int k = j + 1; k < size; k++) {
                solution[j] -= lower[k][j] * solution[k];
            }
            solution[j] /= lower[j][j];
        }
        return solution;
    }

    static double norm(double[] values) {
        double square = 0;
        for (double value : values) {
            square += value * value;
        }
        return Math.sqrt(square);
    }

    /**
     * These classifiers as a model of rows as they come. Two classes share one classifier's answer, half each, so that the softmax is the
     * classifier's sigmoid; of more classes each answers for itself, and the softmax is no probability, only an order.
     */
    Predictor<Examples> predictor(double[][] classifiers) {
        int classes = data.classes().size();
        int width = data.width();
        float[] parameters = new float[classes * (width + 1)];
        for (int k = 0; k < classes; k++) {
            double[] weights = classes == 2 ? classifiers[0] : classifiers[k];
            double factor = (1 - MARGIN) / radius * (classes > 2 ? 1 : k == 1 ? 0.5 : -0.5);
            for (int j = 0; j < width; j++) {
                parameters[k * width + j] = (float) (factor * weights[j]);
            }
            parameters[classes * width + k] = (float) (factor * weights[width]);
        }
        return restore(data, rows, parameters);
    }

    static Predictor<Examples> restore(Examples data, int[] rows, float[] parameters) {
        return new LogisticRegression(Optimization.DEFAULT)
                .restore(data, rows, parameters)
                .orElseThrow();
    }

    static int[] all(Examples data) {
        return IntStream.range(0, data.size()).toArray();
    }
}
