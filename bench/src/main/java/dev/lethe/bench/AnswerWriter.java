package dev.lethe.bench;

import dev.lethe.core.model.Logits;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Answers of a model with the records' labels, as files that {@code lethe audit predictions} reads. */
final class AnswerWriter {
    private AnswerWriter() {}

    /** Probabilities of the softmax, rounded once to floats. */
    static float[] probabilities(Logits logits) {
        int classes = logits.classes();
        int rows = logits.values().length / classes;
        float[] values = new float[rows * classes];
        double[] p = new double[classes];
        for (int row = 0; row < rows; row++) {
            logits.probabilities(row, p);
            for (int k = 0; k < classes; k++) {
                values[row * classes + k] = (float) p[k];
            }
        }
        return values;
    }

    /** {@code stem.npy} and {@code stem.labels.npy}. */
    static Path npy(Path folder, String stem, float[] values, int columns, int[] labels) throws IOException {
        npy(folder.resolve(stem + ".labels.npy"), "<i4", labels.length, 1, labels.length * Integer.BYTES, into -> {
            for (int label : labels) {
                into.putInt(label);
            }
        });
        return npy(folder, stem, values, columns);
    }

    /** {@code stem.npy} without labels. */
    static Path npy(Path folder, String stem, float[] values, int columns) throws IOException {
        return npy(
                folder.resolve(stem + ".npy"),
                "<f4",
                values.length / columns,
                columns,
                values.length * Float.BYTES,
                into -> into.asFloatBuffer().put(values));
    }

    /** A matrix of 0 and 1, {@code [column][row]}, as records x columns. */
    static Path npy(Path file, boolean[][] columns) throws IOException {
        int rows = columns[0].length;
        return npy(file, "|u1", rows, columns.length, rows * columns.length, into -> {
            for (int row = 0; row < rows; row++) {
                for (boolean[] column : columns) {
                    into.put((byte) (column[row] ? 1 : 0));
                }
            }
        });
    }

    private static Path npy(
            Path file, String type, int rows, int columns, int size, java.util.function.Consumer<ByteBuffer> body)
            throws IOException {
        String shape = columns == 1 ? "(" + rows + ",)" : "(" + rows + ", " + columns + ")";
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        int padded = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
        ByteBuffer start = ByteBuffer.allocate(10 + padded).order(ByteOrder.LITTLE_ENDIAN);
        start.put((byte) 0x93)
                .put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) padded);
        start.put((header + " ".repeat(padded - header.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
        ByteBuffer values = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        body.accept(values);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(start.array());
            out.write(values.array());
        }
        return file;
    }

    /** Columns {@code p_0, p_1, ..., y}, or {@code p, y}. */
    static Path csv(Path file, float[] values, int columns, int[] labels) throws IOException {
        try (Writer out = writer(file)) {
            for (int k = 0; k < columns; k++) {
                out.write(columns == 1 ? "p," : "p_" + k + ",");
            }
            out.write("y\n");
            for (int row = 0; row < labels.length; row++) {
                for (int k = 0; k < columns; k++) {
                    out.write(Float.toString(values[row * columns + k]));
                    out.write(',');
                }
                out.write(labels[row] + "\n");
            }
        }
        return file;
    }

    /** {@code {"p": [...], "y": ...}} */
    static Path json(Path file, float[] values, int columns, int[] labels) throws IOException {
        try (Writer out = writer(file)) {
            for (int row = 0; row < labels.length; row++) {
                out.write("{\"p\": [");
                for (int k = 0; k < columns; k++) {
                    out.write(k == 0 ? "" : ", ");
                    out.write(Float.toString(values[row * columns + k]));
                }
                out.write("], \"y\": " + labels[row] + "}\n");
            }
        }
        return file;
    }

    private static Writer writer(Path file) throws IOException {
        return new OutputStreamWriter(
                new BufferedOutputStream(Files.newOutputStream(file), 1 << 16), StandardCharsets.US_ASCII);
    }

    /** What a query gives, as Parquet. */
    static Path parquet(Path file, String query) throws IOException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            // One thread and a seed: the same draws on every machine.
            statement.execute("SET threads = 1");
            statement.execute("SELECT setseed(0.5)");
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet)");
            return file;
        } catch (SQLException e) {
            throw new IOException("Parquet cannot be written: " + e.getMessage(), e);
        }
    }
}
