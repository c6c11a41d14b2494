package dev.lethe.intake;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One array in NumPy's NPY format (NEP 1, versions 1 to 3), read strictly: numbers only, one or two dimensions, exactly as
 * many bytes as the header says. The header is matched, not evaluated, and an array of objects, which NumPy would unpickle,
 * is refused.
 */
final class Npy {
    static final String MAGIC = "\u0093NUMPY";

    /** NumPy pads headers to a few hundred bytes; its own limit is 10,000. */
    private static final int LONGEST_HEADER = 10_000;

    private static final int BUFFER = 1 << 16;

    private static final Pattern HEADER = Pattern.compile("\\s*\\{\\s*'descr'\\s*:\\s*'([^'\\\\]{1,20})'\\s*,"
            + "\\s*'fortran_order'\\s*:\\s*(True|False)\\s*,"
            + "\\s*'shape'\\s*:\\s*\\(\\s*((?:\\d{1,12}L?\\s*,\\s*){0,8}(?:\\d{1,12}L?)?)\\s*\\)\\s*,?\\s*}\\s*");
    private static final Pattern NUMBERS = Pattern.compile("([<>|=])([fiub])([1248])");

    private final Path file;
    private final String name;
    private final InputStream bytes;
    private final char type;
    private final int size;
    private final boolean fortran;
    private final int rows;
    private final int width;
    private final ByteBuffer buffer;
    private float[] transposed = new float[0];
    private int next;

    /**
     * Reads the header.
     *
     * @param name what messages call the array; empty where it is the whole file
     */
    Npy(Path file, String name, InputStream bytes, Limits limits) throws IOException {
        this.file = file;
        this.name = name;
        this.bytes = bytes;
        Matcher header = HEADER.matcher(header());
        if (!header.matches()) {
            throw bad(
                    "has a header that NumPy would not write, or a type of several fields; save one array of numbers");
        }
        String description = header.group(1);
        if (description.contains("O")) {
            throw bad(
                    "holds Python objects, which run code when they are loaded, so they are not; save an array of numbers,"
                            + " for example numpy.stack(values).astype('float32')");
        }
        Matcher numbers = NUMBERS.matcher(description);
        if (!numbers.matches()
                || (numbers.group(2).equals("f") && numbers.group(3).equals("1"))
                || (numbers.group(2).equals("b") && !numbers.group(3).equals("1"))) {
            throw bad("holds values of type " + BadInputException.quoted(description)
                    + "; save floats, integers or booleans, such as float32; labels as numbers of classes");
        }
        type = numbers.group(2).charAt(0);
        size = Integer.parseInt(numbers.group(3));
        fortran = header.group(2).equals("True");
        String[] sides = header.group(3).replaceAll("[\\sL]", "").split(",");
        boolean scalar = sides.length == 1 && sides[0].isEmpty();
        if (scalar || sides.length > 2) {
            throw bad("has " + (scalar ? 0 : sides.length)
                    + " dimensions; save one row a record, of one number or one number a class");
        }
        long count = Long.parseLong(sides[0]);
        long columns = sides.length == 2 ? Long.parseLong(sides[1]) : 1;
        if (columns > limits.columns() || count > Integer.MAX_VALUE - 8 || columns == 0) {
            throw bad("is of " + count + " rows and " + columns + " columns, beyond what is read; at most "
                    + limits.columns() + " columns are");
        }
        if (count * columns * size > limits.bytes()) {
            throw bad("says it holds more than " + limits.bytes() + " bytes, the limit set; take fewer records");
        }
        if (fortran && columns > 1 && count * columns > limits.values()) {
            throw bad("is in Fortran order and too large to turn around; save numpy.ascontiguousarray(values)");
        }
        rows = (int) count;
        width = (int) columns;
        ByteOrder order = numbers.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        buffer = ByteBuffer.allocate(BUFFER).order(order).limit(0);
    }

    private String header() throws IOException {
        byte[] start = bytes.readNBytes(MAGIC.length() + 2);
        if (start.length < MAGIC.length() + 2 || !new String(start, StandardCharsets.ISO_8859_1).startsWith(MAGIC)) {
            throw bad("is not an NPY array; save it with numpy.save");
        }
        int version = start[MAGIC.length()];
        if (version < 1 || version > 3) {
            throw bad("is NPY of version " + version + "; versions 1 to 3 are read");
        }
        byte[] length = bytes.readNBytes(version == 1 ? 2 : 4);
        long size = 0;
        for (int i = length.length - 1; i >= 0; i--) {
            size = size << 8 | (length[i] & 0xff);
        }
        if (length.length < (version == 1 ? 2 : 4) || size > LONGEST_HEADER) {
            throw bad("has a header that is cut off or longer than " + LONGEST_HEADER + " bytes; save it again");
        }
        byte[] text = bytes.readNBytes((int) size);
        if (text.length < size) {
            throw cutOff();
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    /** How many records. */
    int rows() {
        return rows;
    }

    /** Numbers in each record. */
    int width() {
        return width;
    }

    /** Whether the type is one of integers or booleans. */
    boolean isWhole() {
        return type != 'f';
    }

    /** The next record's numbers, written to {@code into} from {@code at}. */
    void next(float[] into, int at) throws IOException {
        if (fortran && width > 1) {
            if (next == 0) {
                turn();
            }
            System.arraycopy(transposed, next * width, into, at, width);
        } else {
            for (int i = 0; i < width; i++) {
                into[at + i] = (float) value();
            }
        }
        if (++next == rows && !buffer.hasRemaining() && bytes.read() < 0) {
            return;
        }
        if (next == rows) {
            throw bad("goes on after the " + rows + " rows that its header says; save it again");
        }
    }

    /** The next record's one number. */
    double nextValue() throws IOException {
        double value = value();
        next++;
        return value;
    }

    private void turn() throws IOException {
        transposed = new float[rows * width];
        for (int column = 0; column < width; column++) {
            for (int row = 0; row < rows; row++) {
                transposed[row * width + column] = (float) value();
            }
        }
    }

    private double value() throws IOException {
        if (buffer.remaining() < size) {
            buffer.compact();
            while (buffer.position() < size) {
                int read;
                try {
                    read = bytes.read(buffer.array(), buffer.position(), buffer.remaining());
                } catch (EOFException e) {
                    throw cutOff();
                }
                if (read < 0) {
                    throw cutOff();
                }
                buffer.position(buffer.position() + read);
            }
            buffer.flip();
        }
        return switch (type) {
            case 'f' ->
                switch (size) {
                    case 2 -> half(buffer.getShort());
                    case 4 -> buffer.getFloat();
                    default -> buffer.getDouble();
                };
            case 'i' ->
                switch (size) {
                    case 1 -> buffer.get();
                    case 2 -> buffer.getShort();
                    case 4 -> buffer.getInt();
                    default -> buffer.getLong();
                };
            default ->
                switch (size) {
                    case 1 -> buffer.get() & 0xff;
                    case 2 -> buffer.getShort() & 0xffff;
                    case 4 -> buffer.getInt() & 0xffffffffL;
                    default -> unsigned(buffer.getLong());
                };
        };
    }

    private static double unsigned(long value) {
        return value >= 0 ? value : 0x1p64 + value;
    }

    /** IEEE 754 half precision, which Java 17 has no method for. */
    static float half(short bits) {
        int sign = bits & 0x8000;
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        float size = exponent == 0x1f
                ? (fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN)
                : exponent == 0 ? fraction * 0x1p-24f : Float.intBitsToFloat((exponent + 112) << 23 | fraction << 13);
        return sign == 0 ? size : -size;
    }

    private BadInputException cutOff() {
        return bad("ends before the " + rows + " rows that its header says; it is cut off, so copy or save it again");
    }

    private BadInputException bad(String message) {
        return new BadInputException(
                file, name.isEmpty() ? message : "array " + BadInputException.quoted(name) + " " + message);
    }
}
