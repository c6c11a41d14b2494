package dev.lethe.audit.membership.attacks;

/** Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations. */
final class Spectrum {
    private static final int MOST_SWEEPS = 60;

    private final double[][] rotated;
    private final double[][] vectors;

    Spectrum(double[][] matrix) {
        int size = matrix.length;
        rotated = new double[size][];
        vectors = new double[size][size];
        double scale = 0;
        for (int i = 0; i < size; i++) {
            rotated[i] = matrix[i].clone();
            vectors[i][i] = 1;
            scale += Math.abs(matrix[i][i]);
        }
        for (int sweep = 0; sweep < MOST_SWEEPS && offDiagonal() > 1e-15 * scale; sweep++) {
            for (int p = 0; p < size; p++) {
                for (int q = p + 1; q < size; q++) {
                    if (rotated[p][q] != 0) {
                        rotate(p, q);
                    }
                }
            }
        }
    }

    private double offDiagonal() {
        double sum = 0;
        for (int i = 0; i < rotated.length; i++) {
            for (int j = 0; j < i; j++) {
                sum += Math.abs(rotated[i][j]);
            }
        }
        return sum;
    }

    /** Makes entry (p, q) zero. */
    private void rotate(int p, int q) {
        double theta = (rotated[q][q] - rotated[p][p]) / (2 * rotated[p][q]);
        double t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        double s = t * c;
        for (int k = 0; k < rotated.length; k++) {
            double kp = rotated[k][p];
            rotated[k][p] = c * kp - s * rotated[k][q];
            rotated[k][q] = s * kp + c * rotated[k][q];
        }
        for (int k = 0; k < rotated.length; k++) {
            double pk = rotated[p][k];
            rotated[p][k] = c * pk - s * rotated[q][k];
            rotated[q][k] = s * pk + c * rotated[q][k];
            double vp = vectors[k][p];
            vectors[k][p] = c * vp - s * vectors[k][q];
            vectors[k][q] = s * vp + c * vectors[k][q];
        }
    }

    /** The nearest matrix without negative eigenvalues. */
    double[][] nonNegative() {
        int size = rotated.length;
        double[][] matrix = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                for (int k = 0; k < size; k++) {
                    matrix[i][j] += vectors[i][k] * Math.max(0, rotated[k][k]) * vectors[j][k];
                }
            }
        }
        return matrix;
    }
}
