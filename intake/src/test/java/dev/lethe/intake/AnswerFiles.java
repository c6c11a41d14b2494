package dev.lethe.intake;

import dev.lethe.core.random.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.rng.UniformRandomProvider;

/** Writes the files that the readers are tested on, by code that shares nothing with them. */
final class AnswerFiles {
    private AnswerFiles() {}

    /** Rows of numbers of very different sizes, as probabilities and losses are. */
    static float[][] draw(int rows, int columns, Seed seed) {
        UniformRandomProvider random = seed.stream();
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) ((random.nextDouble() - 0.3) * Math.pow(10, random.nextInt(40) - 30));
            }
        }
        return values;
    }

    static int[] labels(int rows, int classes) {
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = i * 7 % classes;
        }
        return labels;
    }

    static byte[] csv(float[][] values, int[] labels, char delimiter) {
        StringBuilder text = new StringBuilder("y");
        for (int i = 0; i < values[0].length; i++) {
            text.append(delimiter).append("p_").append(i);
        }
        for (int row = 0; row < values.length; row++) {
            text.append('\n').append(labels[row]);
            for (float value : values[row]) {
                text.append(delimiter).append(value);
            }
        }
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    static byte[] json(float[][] values, int[] labels) {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < values.length; row++) {
            text.append("{\"id\": \"r").append(row).append("\", \"p\": [");
            for (int i = 0; i < values[row].length; i++) {
                text.append(i == 0 ? "" : ", ").append(values[row][i]);
            }
            text.append("], \"y\": ").append(labels[row]).append("}\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** @param type for example {@code <f4} */
    static byte[] npy(double[][] values, String type, boolean fortran) {
        int columns = values[0].length;
        return npy(
                type,
                fortran,
                columns == 1 ? "(" + values.length + ",)" : "(" + values.length + ", " + columns + ")",
                body(values, type, fortran));
    }

    static byte[] npy(String type, boolean fortran, String shape, byte[] body) {
        String header = "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': "
                + shape + ", }";
        int padded = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
        ByteBuffer bytes = ByteBuffer.allocate(10 + padded + body.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        bytes.putShort((short) padded);
        bytes.put((header + " ".repeat(padded - header.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
        return bytes.put(body).array();
    }

    private static byte[] body(double[][] values, String type, boolean fortran) {
        int size = type.charAt(2) - '0';
        int columns = values[0].length;
        ByteBuffer body = ByteBuffer.allocate(values.length * columns * size)
                .order(type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length * columns; i++) {
            double value = fortran ? values[i % values.length][i / values.length] : values[i / columns][i % columns];
            switch (type.substring(1)) {
                case "f4" -> body.putFloat((float) value);
                case "f8" -> body.putDouble(value);
                case "i8", "u8" -> body.putLong((long) value);
                case "i4", "u4" -> body.putInt((int) (long) value);
                case "i2", "u2" -> body.putShort((short) value);
                default -> body.put((byte) value);
            }
        }
        return body.array();
    }

    static double[][] doubles(float[][] values) {
        double[][] wide = new double[values.length][values[0].length];
        for (int row = 0; row < values.length; row++) {
            for (int i = 0; i < values[row].length; i++) {
                wide[row][i] = values[row][i];
            }
        }
        return wide;
    }

    static double[][] column(int[] labels) {
        double[][] column = new double[labels.length][1];
        for (int row = 0; row < labels.length; row++) {
            column[row][0] = labels[row];
        }
        return column;
    }

    static byte[] npz(float[][] values, int[] labels) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("p.npy", npy(doubles(values), "<f4", false));
        entries.put("y.npy", npy(column(labels), "<i8", false));
        return zip(entries);
    }

    static byte[] zip(Map<String, byte[]> entries) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(packed)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    /** Out of a CSV file, by DuckDB. */
    static Path parquet(Path csv, Path parquet, String select) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT " + select + " FROM read_csv('" + csv + "')) TO '" + parquet
                    + "' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
        }
        return parquet;
    }

    static Path write(Path file, byte[] bytes) throws IOException {
        return Files.write(file, bytes);
    }
}
