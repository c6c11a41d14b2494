package dev.lethe.audit.outputs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.Mlp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * What a network that was trained on real people says of its members and of others: logits, labels, and who is who.
 * Members first.
 */
record TrainedAnswers(Logits logits, int[] labels, boolean[] member) {
    int classes() {
        return logits.classes();
    }

    int size() {
        return labels.length;
    }

    /** A network of one hidden layer on a random half of the people. */
    static TrainedAnswers train(Examples people, Mlp recipe, Seed seed) {
        int[] order = Shuffle.permutation(people.size(), seed.fork("order").stream());
        int half = order.length / 2;
        int[] labels = Arrays.stream(order).map(row -> people.labels()[row]).toArray();
        boolean[] member = new boolean[order.length];
        Arrays.fill(member, 0, half, true);
        try (Predictor<Examples> model =
                recipe.train(people, Arrays.copyOf(order, half), seed.fork("train"), Progress.QUIET)) {
            return new TrainedAnswers(model.logits(people.select(order)), labels, member);
        }
    }

    /** Location-30: 5,010 people, 446 bits, 30 classes. */
    static Examples location() {
        try (GZIPInputStream file =
                new GZIPInputStream(Files.newInputStream(data("location30/dataset_location.tgz")))) {
            byte[] tar = file.readAllBytes();
            int start = 0;
            int length = size(tar, start);
            while (!name(tar, start).endsWith("bangkok")) {
                start += 512 * (1 + (length + 511) / 512);
                length = size(tar, start);
            }
            List<String[]> rows = new String(tar, start + 512, length, StandardCharsets.US_ASCII)
                    .lines()
                    .map(line -> line.replace("\"", "").split(",", -1))
                    .toList();
            return examples(rows, IntStream.range(1, 447).toArray(), row -> Integer.parseInt(row[0]) - 1, 30);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bank marketing: the seven numeric columns of the first 8,000 customers, yes or no; one in twenty-seven says yes. */
    static Examples bank() {
        try (GZIPInputStream file =
                new GZIPInputStream(Files.newInputStream(data("bank-marketing/bank-full.csv.gz")))) {
            List<String[]> rows = new String(file.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .skip(1)
                    .limit(8000)
                    .map(line -> line.replace("\"", "").split(";", -1))
                    .toList();
            return examples(rows, new int[] {0, 5, 9, 11, 12, 13, 14}, row -> row[16].equals("yes") ? 1 : 0, 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Examples examples(
            List<String[]> rows, int[] columns, java.util.function.ToIntFunction<String[]> label, int classes) {
        int width = columns.length;
        float[] features = new float[rows.size() * width];
        for (int column = 0; column < width; column++) {
            int at = columns[column];
            double[] values = rows.stream()
                    .mapToDouble(row -> Double.parseDouble(row[at]))
                    .toArray();
            double mean = Arrays.stream(values).average().orElseThrow();
            double deviation = Math.sqrt(Arrays.stream(values)
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow());
            for (int row = 0; row < values.length; row++) {
                features[row * width + column] = (float) ((values[row] - mean) / Math.max(deviation, 1e-9));
            }
        }
        List<String> names = new ArrayList<>();
        for (int k = 0; k < classes; k++) {
            names.add(Integer.toString(k));
        }
        return new Examples(
                features, new int[] {width}, rows.stream().mapToInt(label).toArray(), names);
    }

    private static String name(byte[] tar, int header) {
        return new String(tar, header, 100, StandardCharsets.US_ASCII).trim();
    }

    private static int size(byte[] tar, int header) {
        return Integer.parseInt(new String(tar, header + 124, 11, StandardCharsets.US_ASCII).trim(), 8);
    }

    private static Path data(String name) {
        String root = System.getProperty("lethe.root");
        assumeTrue(root != null, "lethe.root is not set, so the evaluation data cannot be found");
        Path file = Path.of(root).resolveSibling("shared/data").resolve(name);
        assumeTrue(Files.exists(file), () -> "no evaluation data beside the checkout: " + file + " is missing");
        return file;
    }
}
