package dev.lethe.audit.memorization;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;

/** The simplex method of Nelder and Mead (1965) with their constants: the smallest value of a function of a few variables. */
final class Simplex {
    private static final int MOST_STEPS = 2000;
    private static final double SMALL = 1e-10;

    private final ToDoubleFunction<double[]> function;
    private final Vertex[] vertices;

    private record Vertex(double[] point, double value) {}

    /** @param start one point more than variables, not in one plane */
    Simplex(ToDoubleFunction<double[]> function, double[][] start) {
        this.function = function;
        vertices = Arrays.stream(start).map(this::at).toArray(Vertex[]::new);
    }

    private Vertex at(double[] point) {
        double value = function.applyAsDouble(point);
        return new Vertex(point, Double.isNaN(value) ? Double.POSITIVE_INFINITY : value);
    }

    double[] smallest() {
        int last = vertices.length - 1;
        for (int step = 0; step < MOST_STEPS; step++) {
            Arrays.sort(vertices, Comparator.comparingDouble(Vertex::value));
            double spread = vertices[last].value - vertices[0].value;
            if (spread <= SMALL * (1 + Math.abs(vertices[0].value))) {
                break;
            }
            Vertex mirrored = beyond(1);
            if (mirrored.value < vertices[0].value) {
                Vertex farther = beyond(2);
                vertices[last] = farther.value < mirrored.value ? farther : mirrored;
            } else if (mirrored.value < vertices[last - 1].value) {
                vertices[last] = mirrored;
            } else {
                Vertex nearer = beyond(mirrored.value < vertices[last].value ? 0.5 : -0.5);
                if (nearer.value < Math.min(mirrored.value, vertices[last].value)) {
                    vertices[last] = nearer;
                } else {
                    shrink();
                }
            }
        }
        Arrays.sort(vertices, Comparator.comparingDouble(Vertex::value));
        return vertices[0].point.clone();
    }

    /** The worst vertex moved through the middle of the others, so many times its distance to the other side. */
    private Vertex beyond(double times) {
        int last = vertices.length - 1;
        double[] point = new double[last];
        for (int i = 0; i < last; i++) {
            double middle = 0;
            for (int v = 0; v < last; v++) {
                middle += vertices[v].point[i] / last;
            }
            point[i] = middle + times * (middle - vertices[last].point[i]);
        }
        return at(point);
    }

    private void shrink() {
        for (int v = 1; v < vertices.length; v++) {
            double[] point = new double[vertices.length - 1];
            for (int i = 0; i < point.length; i++) {
                point[i] = (vertices[0].point[i] + vertices[v].point[i]) / 2;
            }
            vertices[v] = at(point);
        }
    }
}
