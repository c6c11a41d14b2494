package dev.lethe.intake;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Answers in NumPy arrays: one NPY file with its labels beside it, or an NPZ archive of several. */
final class NpyAnswers implements AnswerReader {
    private static final int MOST_ARRAYS = 100;

    private final Path file;
    private final Limits limits;
    private final boolean archive;
    private final List<AnswerField> fields = new ArrayList<>();
    /** Records of each field. */
    private final List<Integer> rows = new ArrayList<>();

    private NpyAnswers(Path file, Limits limits, boolean archive) {
        this.file = file;
        this.limits = limits;
        this.archive = archive;
    }

    /** One array, called {@link AnswerFile#VALUES}, and the labels beside it, if there are any. */
    static NpyAnswers array(Path file, Limits limits) throws IOException {
        NpyAnswers answers = new NpyAnswers(file, limits, false);
        answers.look(AnswerFile.VALUES, null);
        if (Files.exists(labels(file))) {
            answers.look(AnswerFile.LABELS, null);
        }
        return answers;
    }

    /** An archive of arrays; nothing is unpacked to disk, and no array beyond what its header says. */
    static NpyAnswers archive(Path file, Limits limits) throws IOException {
        NpyAnswers answers = new NpyAnswers(file, limits, true);
        try (ZipFile zip = zip(file)) {
            Set<String> names = new HashSet<>();
            for (ZipEntry entry : zip.stream().limit(MOST_ARRAYS + 1L).toList()) {
                String name = entry.getName();
                if (name.contains("/") || name.contains("\\") || name.contains("..") || !name.endsWith(".npy")) {
                    throw new BadInputException(
                            file,
                            "holds " + BadInputException.quoted(name)
                                    + ", which is no array of an NPZ; save it with numpy.savez");
                }
                if (!names.add(name) || names.size() > MOST_ARRAYS) {
                    throw new BadInputException(
                            file, "holds an array twice, or more than " + MOST_ARRAYS + "; save it with numpy.savez");
                }
                answers.look(name.substring(0, name.length() - ".npy".length()), zip);
            }
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            throw damaged(file);
        }
        if (answers.fields.isEmpty()) {
            throw new BadInputException(file, "is an archive without arrays; save it with numpy.savez");
        }
        return answers;
    }

    private static ZipFile zip(Path file) throws IOException {
        try {
            return new ZipFile(file.toFile());
        } catch (ZipException | EOFException e) {
            throw damaged(file);
        }
    }

    private static BadInputException damaged(Path file) {
        return new BadInputException(file, "is a damaged archive; copy it again or save it with numpy.savez");
    }

    private static Path labels(Path file) {
        return file.resolveSibling(
                String.valueOf(file.getFileName()).replaceFirst("\\.npy(\\.gz)?$", "") + ".labels.npy");
    }

    /** Whether the values are whole is told by the first ones where the type does not. */
    private void look(String name, @Nullable ZipFile zip) throws IOException {
        try (InputStream bytes = open(name, zip)) {
            Npy array = new Npy(path(name), archive ? name : "", bytes, limits);
            boolean whole = true;
            float[] row = new float[array.width()];
            for (int i = 0; i < Math.min(array.rows(), 200) && whole && !array.isWhole() && array.width() == 1; i++) {
                array.next(row, 0);
                whole = row[0] == Math.rint(row[0]);
            }
            fields.add(new AnswerField(
                    name,
                    array.isWhole() || (array.width() == 1 && whole)
                            ? AnswerField.Kind.WHOLE
                            : AnswerField.Kind.NUMBERS,
                    array.width()));
            rows.add(array.rows());
        }
    }

    private Path path(String name) {
        return archive || name.equals(AnswerFile.VALUES) ? file : labels(file);
    }

    private InputStream open(String name, @Nullable ZipFile zip) throws IOException {
        if (zip == null) {
            return Source.open(path(name), limits);
        }
        ZipEntry entry = zip.getEntry(name + ".npy");
        if (entry == null) {
            throw damaged(file);
        }
        InputStream packed;
        try {
            packed = zip.getInputStream(entry);
        } catch (ZipException | EOFException e) {
            throw damaged(file);
        }
        return new FilterInputStream(packed) {
            @Override
            public int read() throws IOException {
                try {
                    return super.read();
                } catch (ZipException | EOFException e) {
                    throw damaged(file);
                }
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                try {
                    return super.read(buffer, offset, length);
                } catch (ZipException | EOFException e) {
                    throw damaged(file);
                }
            }
        };
    }

    @Override
    public List<AnswerField> fields() {
        return fields;
    }

    @Override
    public boolean hasLines() {
        return false;
    }

    @Override
    public void read(int[] numbers, int[] texts, List<TextCodes> codes, long most, AnswerFile.Rows into)
            throws IOException {
        List<InputStream> open = new ArrayList<>();
        try (ZipFile zip = archive ? zip(file) : null) {
            List<Npy> values = arrays(numbers, zip, open);
            List<Npy> labels = arrays(texts, zip, open);
            int count = rows.get(numbers.length > 0 ? numbers[0] : texts[0]);
            for (int[] some : new int[][] {numbers, texts}) {
                for (int field : some) {
                    if (rows.get(field) != count) {
                        throw new BadInputException(
                                path(fields.get(field).name()),
                                "has " + rows.get(field) + " rows of "
                                        + BadInputException.quoted(
                                                fields.get(field).name()) + " where another array has " + count
                                        + "; save both from the same records");
                    }
                }
            }
            float[] row = new float[AnswerReader.width(fields, numbers)];
            int[] of = new int[texts.length];
            for (int i = 0; i < Math.min(most, count); i++) {
                int at = 0;
                for (Npy array : values) {
                    array.next(row, at);
                    at += array.width();
                }
                for (int t = 0; t < of.length; t++) {
                    double label = labels.get(t).nextValue();
                    of[t] = codes.get(t)
                            .code(label == Math.rint(label) ? Long.toString((long) label) : Double.toString(label));
                }
                into.row(i + 1L, row, of);
            }
        } finally {
            for (InputStream stream : open) {
                stream.close();
            }
        }
    }

    private List<Npy> arrays(int[] some, @Nullable ZipFile zip, List<InputStream> open) throws IOException {
        List<Npy> arrays = new ArrayList<>();
        for (int field : some) {
            String name = fields.get(field).name();
            InputStream bytes = open(name, zip);
            open.add(bytes);
            Npy array = new Npy(path(name), archive ? name : "", bytes, limits);
            if (array.rows() != rows.get(field)
                    || array.width() != fields.get(field).width()) {
                throw new BadInputException(file, "changed while it was read; run again when it is written");
            }
            arrays.add(array);
        }
        return arrays;
    }
}
