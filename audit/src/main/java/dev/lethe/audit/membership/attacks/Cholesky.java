package dev.lethe.audit.membership.attacks;

/** A small positive definite matrix S as L times L transposed, to solve with and to take the determinant of. */
final class Cholesky {
    private final double[][] lower;

    /** @throws IllegalArgumentException if the matrix is not positive definite */
    Cholesky(double[][] matrix) {
        int size = matrix.length;
        lower = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= lower[i][k] * lower[j][k];
                }
                if (i > j) {
                    lower[i][j] = sum / lower[j][j];
                } else if (sum > 0) {
                    lower[i][i] = Math.sqrt(sum);
                } else {
                    throw new IllegalArgumentException("pivot " + i + " is " + sum + ", not positive");
                }
            }
        }
    }

    /** The x with S x = b, written over b. */
    void solve(double[] b) {
        forward(b);
        for (int i = lower.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < lower.length; k++) {
                b[i] -= lower[k][i] * b[k];
            }
            b[i] /= lower[i][i];
        }
    }

    /** Natural logarithm of a normal density with covariance S at distance x from its mean, up to (2 pi)^(-d/2); destroys x. */
    double logDensity(double[] x) {
        forward(x);
        double sum = 0;
        for (int i = 0; i < lower.length; i++) {
            sum -= 0.5 * x[i] * x[i] + Math.log(lower[i][i]);
        }
        return sum;
    }

    private void forward(double[] b) {
        for (int i = 0; i < lower.length; i++) {
            for (int k = 0; k < i; k++) {
                b[i] -= lower[i][k] * b[k];
            }
            b[i] /= lower[i][i];
        }
    }
}
