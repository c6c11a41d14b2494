package dev.lethe.nn;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Named float tensors in the safetensors format (github.com/huggingface/safetensors): the length of a JSON header in 8
 * bytes, the header with text and the place of each tensor, then the values. Holds no code, unlike a pickle.
 *
 * <p>An open file is untrusted: its header is bounded, and its tensors must fill the rest of the file without gap or
 * overlap. Values are read when asked for. Every complaint about a file is an {@link IOException} that names it.
 */
public final class SafeTensors implements AutoCloseable {
    private static final String METADATA = "__metadata__";
    private static final String FLOATS = "F32";

    /** The format's own bound, in bytes. */
    private static final int LONGEST_HEADER = 100_000_000;

    private static final int MOST_TENSORS = 100_000;
    private static final int MOST_VALUES = 20 * MOST_TENSORS;
    private static final int MOST_SIDES = 16;
    private static final int BUFFERED = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Place> places = new LinkedHashMap<>();
    /** The file's first byte behind its header. */
    private long valuesBegin;

    /**
     * A tensor to be written.
     *
     * @param values row-major, from the buffer's position to its limit
     */
    public record Tensor(String name, List<Integer> shape, FloatBuffer values) {
        public Tensor {
            shape = List.copyOf(shape);
            if (name.equals(METADATA)) {
                throw new IllegalArgumentException("name " + name + " is taken by the format");
            }
            long elements = elements(shape);
            if (elements != values.remaining()) {
                throw new IllegalArgumentException("values are " + values.remaining() + ", but shape " + shape
                        + " of tensor " + name + " needs " + elements);
            }
        }
    }

    /** Where a tensor lies, from the first byte behind the header on. */
    private record Place(String name, List<Integer> shape, long begin, long end) {}

    private SafeTensors(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Writes a file: same arguments, same bytes. Tensors lie in the order given, metadata sorted by key.
     *
     * @throws IllegalArgumentException if a name comes twice, a text has no UTF-8 form, or the header is too long
     */
    public static void write(OutputStream out, Map<String, String> metadata, List<Tensor> tensors) throws IOException {
        byte[] header = header(metadata, tensors);
        byte[] bytes = new byte[BUFFERED];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(0, header.length);
        out.write(bytes, 0, Long.BYTES);
        out.write(header);
        for (Tensor tensor : tensors) {
            FloatBuffer values = tensor.values().duplicate();
            while (values.hasRemaining()) {
                int count = Math.min(values.remaining(), BUFFERED / Float.BYTES);
                buffer.asFloatBuffer().put(values.slice(values.position(), count));
                values.position(values.position() + count);
                out.write(bytes, 0, count * Float.BYTES);
            }
        }
    }

    private static byte[] header(Map<String, String> metadata, List<Tensor> tensors) {
        JsonObject header = new JsonObject();
        if (!metadata.isEmpty()) {
            JsonObject texts = new JsonObject();
            new TreeMap<>(metadata).forEach(texts::addProperty);
            header.add(METADATA, texts);
        }
        long offset = 0;
        for (Tensor tensor : tensors) {
            if (header.has(tensor.name())) {
                throw new IllegalArgumentException("tensor " + tensor.name() + " is given twice");
            }
            JsonArray shape = new JsonArray();
            tensor.shape().forEach(shape::add);
            JsonArray offsets = new JsonArray();
            offsets.add(offset);
            offset += (long) tensor.values().remaining() * Float.BYTES;
            offsets.add(offset);
            JsonObject entry = new JsonObject();
            entry.addProperty("dtype", FLOATS);
            entry.add("shape", shape);
            entry.add("data_offsets", offsets);
            header.add(tensor.name(), entry);
        }
        byte[] text = Utf8.bytes(header.toString());
        // Values begin at a multiple of 8, so that a reader may map the file.
        byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
        Arrays.fill(padded, text.length, padded.length, (byte) ' ');
        if (padded.length > LONGEST_HEADER || tensors.size() > MOST_TENSORS) {
            throw new IllegalArgumentException(
                    tensors.size() + " tensors with a header of " + padded.length + " bytes are more than "
                            + MOST_TENSORS + " or " + LONGEST_HEADER + "; shorten the metadata or split the file");
        }
        return padded;
    }

    /**
     * Opens a file and checks its header. Reads no values.
     *
     * @throws IOException if it cannot be read, or is not a file of float tensors in this format
     */
    public static SafeTensors open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is not there, or is no file; check the path");
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            SafeTensors tensors = new SafeTensors(file, channel);
            tensors.readHeader();
            return tensors;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private void readHeader() throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw damaged("it has " + size + " bytes, too few for the length of a header");
        }
        ByteBuffer length = buffer(Long.BYTES);
        fill(length, 0);
        long headerBytes = length.getLong(0);
        if (headerBytes < 0 || headerBytes > LONGEST_HEADER) {
            throw damaged("its first 8 bytes give a header length of " + Long.toUnsignedString(headerBytes)
                    + ", more than the format's " + LONGEST_HEADER);
        }
        if (headerBytes > size - Long.BYTES) {
            throw damaged("its header is said to have " + headerBytes + " bytes, but the file ends after "
                    + (size - Long.BYTES));
        }
        JsonObject header = parse((int) headerBytes);
        List<Place> found = new ArrayList<>();
        for (Map.Entry<String, JsonElement> entry : header.entrySet()) {
            try {
                if (entry.getKey().equals(METADATA)) {
                    readMetadata(entry.getValue());
                } else {
                    found.add(place(entry.getKey(), entry.getValue()));
                }
            } catch (IOException e) {
                throw damaged("in its header, " + e.getMessage(), e);
            }
        }
        if (found.size() > MOST_TENSORS) {
            throw damaged("it has " + found.size() + " tensors, more than " + MOST_TENSORS);
        }
        valuesBegin = Long.BYTES + headerBytes;
        order(found, size - valuesBegin);
    }

    private JsonObject parse(int bytes) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(bytes);
        fill(text, Long.BYTES);
        if (bytes == 0 || text.get(0) != '{') {
            throw damaged("its header does not begin with '{'");
        }
        try (Reader reader =
                new InputStreamReader(new ByteArrayInputStream(text.array()), StandardCharsets.UTF_8.newDecoder())) {
            return StrictJson.object(StrictJson.parse(reader, 4, MOST_VALUES), "it");
        } catch (CharacterCodingException e) {
            throw damaged("its header is not UTF-8", e);
        } catch (IOException e) {
            throw damaged("its header is not as it must be: " + e.getMessage(), e);
        }
    }

    private void readMetadata(JsonElement element) throws IOException {
        for (Map.Entry<String, JsonElement> entry :
                StrictJson.object(element, METADATA).entrySet()) {
            metadata.put(entry.getKey(), StrictJson.text(entry.getValue(), "each value of " + METADATA));
        }
    }

    private static Place place(String name, JsonElement element) throws IOException {
        String what = "tensor " + StrictJson.quote(name);
        JsonObject entry = StrictJson.object(element, what);
        String type = StrictJson.text(StrictJson.get(entry, "dtype", what), "dtype of " + what);
        List<Integer> shape = StrictJson.sizes(StrictJson.get(entry, "shape", what), "shape of " + what);
        List<JsonElement> offsets =
                StrictJson.list(StrictJson.get(entry, "data_offsets", what), "data_offsets of " + what);
        if (entry.size() != 3) {
            throw new IOException(what + " has keys beside dtype, shape and data_offsets");
        }
        if (!type.equals(FLOATS)) {
            throw new IOException(what + " has values of type " + StrictJson.quote(type) + ", and only " + FLOATS
                    + " is read; convert it, in Python by .float()");
        }
        if (shape.size() > MOST_SIDES || offsets.size() != 2) {
            throw new IOException(what + " must have at most " + MOST_SIDES + " sides and 2 offsets");
        }
        long begin = StrictJson.whole(offsets.get(0), "first offset of " + what);
        long end = StrictJson.whole(offsets.get(1), "second offset of " + what);
        long bytes;
        try {
            bytes = Math.multiplyExact(elements(shape), Float.BYTES);
        } catch (ArithmeticException e) {
            throw new IOException(what + " has a shape of more values than can be counted", e);
        }
        if (end - begin != bytes) {
            throw new IOException(what + " of shape " + shape + " needs " + bytes + " bytes, but has the offsets "
                    + begin + " and " + end);
        }
        return new Place(name, shape, begin, end);
    }

    /** @throws ArithmeticException if they are too many for a long */
    private static long elements(List<Integer> shape) {
        long elements = 1;
        for (int side : shape) {
            if (side < 0) {
                throw new IllegalArgumentException("shape " + shape + " has a side below 0");
            }
            elements = Math.multiplyExact(elements, (long) side);
        }
        return elements;
    }

    private void order(List<Place> found, long bytes) throws IOException {
        found.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
        long end = 0;
        for (Place place : found) {
            if (place.begin() != end) {
                throw damaged("tensor " + StrictJson.quote(place.name()) + " begins at byte " + place.begin()
                        + " of the values, but the tensors before it end at " + end);
            }
            end = place.end();
            places.put(place.name(), place);
        }
        if (end != bytes) {
            throw damaged("its tensors need " + end + " bytes of values, but it has " + bytes);
        }
    }

    /** Text by key, sorted. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** The shape of each tensor by name, in the order of the values. */
    public Map<String, List<Integer>> shapes() {
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        places.forEach((name, place) -> shapes.put(name, place.shape()));
        return shapes;
    }

    /**
     * Reads the values of one tensor, row-major.
     *
     * @param into takes them, from {@code from} on
     * @throws IllegalArgumentException if there is no such tensor, or {@code into} is too short
     */
    public void read(String name, float[] into, int from) throws IOException {
        Place place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException("there is no tensor " + StrictJson.quote(name) + " in " + file);
        }
        long count = (place.end() - place.begin()) / Float.BYTES;
        if (from < 0 || count > into.length - from) {
            throw new IllegalArgumentException("tensor " + name + " has " + count + " values, but from " + from
                    + " on there is room for " + (into.length - from));
        }
        long position = valuesBegin + place.begin();
        ByteBuffer bytes = buffer(BUFFERED);
        for (int done = 0; done < count; ) {
            int some = (int) Math.min(BUFFERED / Float.BYTES, count - done);
            bytes.clear().limit(some * Float.BYTES);
            fill(bytes, position + (long) done * Float.BYTES);
            bytes.flip();
            bytes.asFloatBuffer().get(into, from + done, some);
            done += some;
        }
    }

    private void fill(ByteBuffer bytes, long from) throws IOException {
        long position = from;
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, position);
            if (read < 0) {
                throw damaged("it ends at byte " + position + ", in the midst of what its header promises");
            }
            position += read;
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private IOException damaged(String what) {
        return new IOException(message(what));
    }

    private IOException damaged(String what, Exception cause) {
        return new IOException(message(what), cause);
    }

    private String message(String what) {
        return file + " cannot be read as safetensors: " + what + "; copy the file again or write it anew";
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
