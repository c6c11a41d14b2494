package dev.lethe.app;

import dev.lethe.core.data.LabelledTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What data an audit is of: a table, or images. */
final class DataFlags extends TableFlags {
    @Option(
            names = "--images",
            paramLabel = "FILE,...",
            split = ",",
            hideParamSyntax = true,
            description = "Images instead of a table: an IDX file beside its labels, or CIFAR binary batches.")
    List<Path> images;

    @Option(names = "--rows", paramLabel = "N", description = "Read at most so many images.")
    Integer rows;

    @Option(
            names = "--members",
            paramLabel = "N",
            description =
                    "Training records (or people, with --unit) of each model; twice as many take part. 45 %% of all"
                            + " if not given: the rest serves attackers as fresh records.")
    Integer members;

    @Option(
            names = "--slices",
            paramLabel = "COLUMN,...",
            split = ",",
            hideParamSyntax = true,
            description = "Also report group by group of these columns.")
    List<String> slices = List.of();

    @Override
    boolean speaksOfColumns() {
        return super.speaksOfColumns() || !slices.isEmpty();
    }

    @Override
    LabelledTable task() throws IOException {
        if (unit != null && slices.contains(unit)) {
            throw new IllegalArgumentException("--slices: '" + unit + "' names single people; choose another column");
        }
        return super.task();
    }

    void describe(Map<String, String> settings, int chosenMembers) {
        if (table != null) {
            settings.put("table", String.valueOf(table.getFileName()));
            settings.put("label", label);
        } else {
            settings.put(
                    "images",
                    String.join(
                            ",",
                            images.stream()
                                    .map(i -> String.valueOf(i.getFileName()))
                                    .toList()));
        }
        if (rows != null) {
            settings.put("rows", Integer.toString(rows));
        }
        settings.put("members", Integer.toString(chosenMembers));
        if (unit != null) {
            settings.put("unit", unit);
        }
        list(settings, "slices", slices);
        if (delimiter != null) {
            settings.put("delimiter", delimiter);
        }
        if (noHeader) {
            settings.put("no-header", "true");
        }
        list(settings, "missing", missing == null ? List.of() : missing);
        list(settings, "drop", drop);
        list(settings, "categorical", categorical);
        list(settings, "numeric", numeric);
    }

    private static void list(Map<String, String> settings, String name, List<String> values) {
        if (!values.isEmpty()) {
            settings.put(name, String.join(",", values));
        }
    }
}
