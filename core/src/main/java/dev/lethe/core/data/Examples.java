package dev.lethe.core.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A float matrix with labels: one row an example, row-major; images as channels, height, width. */
public final class Examples implements Records {
    private final float[] features;
    private final int[] shape;
    private final int[] labels;
    private final List<String> classes;
    private final int[] people;
    private volatile String fingerprint = "";

    /**
     * @param features row-major values, {@code labels.length * product(shape)} of them, all finite; not copied
     * @param shape of one example: {width} for vectors, {channels, height, width} for images
     * @param labels class of each row, in 0..classes.size()-1; not copied
     */
    public Examples(float[] features, int[] shape, int[] labels, List<String> classes) {
        this(features, shape, labels, classes, IntStream.range(0, labels.length).toArray());
    }

    private Examples(float[] features, int[] shape, int[] labels, List<String> classes, int[] people) {
        this.people = people;
        this.features = features;
        this.shape = shape.clone();
        this.labels = labels;
        this.classes = List.copyOf(classes);
        long width = 1;
        for (int side : shape) {
            if (side < 1) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a side below 1");
            }
            width *= side;
        }
        if (width * labels.length != features.length) {
            throw new IllegalArgumentException("features hold " + features.length + " values, but " + labels.length
                    + " rows of shape " + Arrays.toString(shape) + " need " + width * labels.length);
        }
        if (classes.size() < 2) {
            throw new IllegalArgumentException("a classifier needs at least two classes, got " + classes);
        }
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] < 0 || labels[row] >= classes.size()) {
                throw new IllegalArgumentException(
                        "label " + labels[row] + " in row " + row + " is not in 0.." + (classes.size() - 1));
            }
        }
        for (int i = 0; i < features.length; i++) {
            if (!Float.isFinite(features[i])) {
                throw new IllegalArgumentException(
                        "feature " + i % width + " of row " + i / width + " is " + features[i] + ", not finite");
            }
        }
    }

    /**
     * The same rows, grouped into people.
     *
     * @param people whose row is this, numbered from 0 in order of first appearance; not copied
     */
    public Examples groupedBy(int[] people) {
        LabelledTable.requirePeople(people, size());
        return new Examples(features, shape, labels, classes, people);
    }

    @Override
    public int[] people() {
        return people;
    }

    /** Row-major features. Shared, not to be written. */
    public float[] features() {
        return features;
    }

    /** Shape of one example. */
    public int[] shape() {
        return shape.clone();
    }

    /** Values in one example. */
    public int width() {
        return labels.length == 0 ? Arrays.stream(shape).reduce(1, (a, b) -> a * b) : features.length / labels.length;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int[] labels() {
        return labels;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    /** Itself: examples are numbers already. */
    @Override
    public Examples encode(int[] fitted) {
        return this;
    }

    @Override
    public Examples select(int[] rows) {
        int width = width();
        float[] some = new float[rows.length * width];
        int[] someLabels = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(features, rows[i] * width, some, i * width, width);
            someLabels[i] = labels[rows[i]];
        }
        return new Examples(some, shape, someLabels, classes, LabelledTable.renumbered(people, rows));
    }

    @Override
    public String fingerprint() {
        if (fingerprint.isEmpty()) {
            Fingerprint whole = new Fingerprint()
                    .add("examples")
                    .add(shape)
                    .add(classes)
                    .add(labels)
                    .add(features);
            if (Arrays.stream(people).max().orElse(-1) + 1 < size()) {
                whole.add("people").add(people);
            }
            fingerprint = whole.hex();
        }
        return fingerprint;
    }
}
