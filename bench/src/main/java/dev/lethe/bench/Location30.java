package dev.lethe.bench;

import dev.lethe.core.data.Examples;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** The Location-30 data of Shokri et al.: 5,010 people, 446 binary features, 30 classes. */
final class Location30 {
    static final String HOME =
            "Location-30 is public: github.com/privacytrustlab/datasets, dataset_location.tgz, in DIR/location30.";

    private Location30() {}

    static Examples read(Path data) throws IOException {
        Path archive = data.resolve("location30/dataset_location.tgz");
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new GzipCompressorInputStream(Files.newInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().endsWith("bangkok")) {
                    return parse(new BufferedReader(new InputStreamReader(tar, StandardCharsets.US_ASCII)));
                }
            }
        }
        throw new FileNotFoundException(archive + " holds no file named bangkok");
    }

    /** Lines of {@code "class",0,1,...} with classes from 1. */
    private static Examples parse(BufferedReader lines) throws IOException {
        List<String[]> rows = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            rows.add(line.split(",", -1));
        }
        int width = rows.get(0).length - 1;
        float[] features = new float[rows.size() * width];
        int[] labels = new int[rows.size()];
        for (int row = 0; row < labels.length; row++) {
            labels[row] = Integer.parseInt(rows.get(row)[0].replace("\"", "")) - 1;
            for (int column = 0; column < width; column++) {
                features[row * width + column] = Float.parseFloat(rows.get(row)[column + 1]);
            }
        }
        List<String> classes =
                IntStream.rangeClosed(1, 30).mapToObj(Integer::toString).toList();
        return new Examples(features, new int[] {width}, labels, classes);
    }
}
