package dev.lethe.intake;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A file of a model's answers on records, by whatever was trained in whatever language: CSV, JSON lines (both plain or gzip),
 * Parquet, NPY or NPZ, known by its first bytes. Records are streamed, so a file may be larger than memory; it is read more
 * than once, so a pipe will not do.
 *
 * <p>CSV needs one number or text a cell. In JSON lines and Parquet a field may be a list of numbers. An NPZ holds arrays of
 * one or two dimensions, all with one row a record; an NPY is one such array, called {@value #VALUES}, and its labels, called
 * {@value #LABELS}, are in {@code NAME.labels.npy} beside {@code NAME.npy}. Nothing in a file is ever run: arrays of Python
 * objects are refused.
 */
public final class AnswerFile {
    /** The field that an NPY file is. */
    public static final String VALUES = "values";

    /** The field of the labels that stand beside an NPY file. */
    public static final String LABELS = "labels";

    private static final int MAGIC = 8;

    private final Path file;
    private final Limits limits;
    private final AnswerReader reader;
    private final List<AnswerField> fields;

    private AnswerFile(Path file, Limits limits, AnswerReader reader) {
        this.file = file;
        this.limits = limits;
        this.reader = reader;
        fields = List.copyOf(reader.fields());
    }

    /** Takes one record after the other. */
    @FunctionalInterface
    public interface Rows {
        /**
         * One record.
         *
         * @param place line of the file on which it starts, or number of the row, from 1
         * @param numbers all finite; written over by the next record
         * @param codes of its texts, see {@link Texts}; written over by the next record
         */
        void row(long place, float[] numbers, int[] codes) throws IOException;
    }

    /** For each field that was read as texts its different texts; a record's code is the place of its text in the list. */
    public record Texts(List<List<String>> of) {
        public Texts {
            of = List.copyOf(of);
        }
    }

    /**
     * Opens a file and finds out what it holds.
     *
     * @param options delimiter and header of a CSV file, and limits; the rest is not used
     * @throws BadInputException if it is of no format that is read here, or damaged
     */
    public static AnswerFile open(Path file, CsvOptions options) throws IOException {
        byte[] start;
        try (Source source = Source.open(file, options.limits())) {
            start = source.readNBytes(MAGIC);
        }
        String magic = new String(start, StandardCharsets.ISO_8859_1);
        AnswerReader reader;
        if (start.length == 0) {
            throw new BadInputException(file, "is empty; export it again with one row a record");
        } else if (magic.startsWith("PAR1")) {
            reader = new ParquetAnswers(file, options.limits());
        } else if (magic.startsWith(Npy.MAGIC)) {
            reader = NpyAnswers.array(file, options.limits());
        } else if (magic.startsWith("PK\3\4") || magic.startsWith("PK\5\6")) {
            reader = NpyAnswers.archive(file, options.limits());
        } else if (isPickle(start) || String.valueOf(file.getFileName()).matches("(?i).*\\.(pkl|pickle|pt|joblib)")) {
            throw new BadInputException(
                    file,
                    "is a pickle, which runs code when it is loaded, so it is not; save the array with numpy.save");
        } else if (magic.startsWith("\u0089HDF") || magic.startsWith("ARROW1") || magic.startsWith("ORC")) {
            throw new BadInputException(
                    file, "is of a format that is not read here; write CSV, Parquet, NPY, NPZ or JSON lines");
        } else {
            reader = isJson(magic) ? new JsonAnswers(file, options.limits()) : new CsvAnswers(file, options);
        }
        return new AnswerFile(file, options.limits(), reader);
    }

    /** Pickles of protocol 2 and up begin with 0x80 and the protocol. */
    private static boolean isPickle(byte[] start) {
        return start.length > 1 && (start[0] & 0xff) == 0x80 && start[1] >= 2 && start[1] <= 5;
    }

    private static boolean isJson(String magic) {
        String text = magic.startsWith("\u00ef\u00bb\u00bf") ? magic.substring(3) : magic;
        return text.stripLeading().startsWith("{");
    }

    public Path file() {
        return file;
    }

    /** What it holds, in its own order. */
    public List<AnswerField> fields() {
        return fields;
    }

    /** The field of this name. */
    public java.util.Optional<AnswerField> field(String name) {
        return fields.stream().filter(field -> field.name().equals(name)).findFirst();
    }

    /**
     * Reads records from the start.
     *
     * @param numbers names of the fields whose numbers are wanted, side by side in this order
     * @param texts names of the fields that are read as texts
     * @param most stop after so many records
     * @throws BadInputException if a value is missing or not a finite number, or a record is not like the others
     */
    public Texts read(List<String> numbers, List<String> texts, long most, Rows rows) throws IOException {
        return readTexts(numbers, texts, most, (place, values, of, codes) -> rows.row(place, values, of));
    }

    /** One record, with the texts that were met so far. */
    interface CodedRows {
        void row(long place, float[] numbers, int[] codes, List<TextCodes> texts) throws IOException;
    }

    /** As {@link #read}, for who wants to look at a text when it is first met. */
    Texts readTexts(List<String> numbers, List<String> texts, long most, CodedRows rows) throws IOException {
        int[] numeric = indices(numbers);
        int[] textual = indices(texts);
        for (int field : numeric) {
            if (!fields.get(field).isNumeric()) {
                throw new BadInputException(
                        file,
                        "column " + BadInputException.quoted(fields.get(field).name())
                                + " holds no numbers; leave it out with --drop, or correct it");
            }
        }
        for (int field : textual) {
            if (fields.get(field).width() != 1 || fields.get(field).kind() == AnswerField.Kind.OTHER) {
                throw new BadInputException(
                        file,
                        "column " + BadInputException.quoted(fields.get(field).name())
                                + " does not hold one label a record; name another with --label");
            }
        }
        List<TextCodes> codes = new ArrayList<>();
        for (int i = 0; i < textual.length; i++) {
            codes.add(new TextCodes(limits.classes()));
        }
        reader.read(numeric, textual, codes, most, (place, values, of) -> {
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite(values[i])) {
                    throw notFinite(place, numeric, i, values[i] == Float.NEGATIVE_INFINITY);
                }
            }
            for (int i = 0; i < of.length; i++) {
                if (of[i] < 0) {
                    throw noText(place, fields.get(textual[i]).name(), of[i]);
                }
            }
            rows.row(place, values, of, codes);
        });
        return new Texts(codes.stream().map(code -> List.copyOf(code.texts())).toList());
    }

    /** Something wrong with one record, said as this file's other faults are. */
    public BadInputException bad(long place, String message) {
        return reader.hasLines()
                ? new BadInputException(file, place, message)
                : new BadInputException(file, "row " + place + ": " + message);
    }

    private BadInputException notFinite(long place, int[] numeric, int value, boolean logarithm) {
        int at = value;
        for (int field : numeric) {
            AnswerField of = fields.get(field);
            if (at < of.width()) {
                return bad(
                        place,
                        "a value of column " + BadInputException.quoted(of.name())
                                + (of.width() > 1 ? ", place " + at + " (from 0)," : "")
                                + " is missing or not finite; "
                                + (logarithm
                                        ? "if it is the logarithm of a probability that was rounded to 0, hand over logits or a"
                                                + " log-softmax"
                                        : "correct it or leave the record out"));
            }
            at -= of.width();
        }
        throw new AssertionError("no field has value " + value);
    }

    private BadInputException noText(long place, String field, int code) {
        return bad(
                place,
                code == -1
                        ? "column " + BadInputException.quoted(field) + " is empty; fill it or delete the record"
                        : "column " + BadInputException.quoted(field) + " has shown more than " + limits.classes()
                                + " different values, the limit set for classes; is it the label?");
    }

    private int[] indices(List<String> names) {
        return names.stream()
                .mapToInt(name -> IntStream.range(0, fields.size())
                        .filter(i -> fields.get(i).name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new BadInputException(
                                file,
                                "no column " + BadInputException.quoted(name) + "; the columns are " + names(fields))))
                .toArray();
    }

    /** Some of the names, for a message. */
    static String names(List<AnswerField> fields) {
        String some = String.join(
                ", ",
                fields.stream()
                        .limit(12)
                        .map(field -> BadInputException.quoted(field.name()))
                        .toList());
        return fields.size() > 12 ? some + " and " + (fields.size() - 12) + " more" : some;
    }

    /** How many bytes it has on disk. */
    public long sizeBytes() throws IOException {
        return Files.size(file);
    }

    @Override
    public String toString() {
        return file + " " + Arrays.toString(fields.toArray());
    }
}
