package dev.lethe.nn;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * One message in the wire format of protocol buffers (protobuf.dev/programming-guides/encoding): numbered fields in the
 * order in which they are added. Messages and bytes within are referred to, not copied.
 */
final class ProtobufWriter {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;

    /** What is written already, then what grows. */
    private final List<byte[]> chunks = new ArrayList<>();

    private ByteArrayOutputStream open = new ByteArrayOutputStream();
    private long closedBytes;

    ProtobufWriter whole(int field, long value) {
        varint(((long) field << 3) | VARINT);
        varint(value);
        return this;
    }

    ProtobufWriter real(int field, float value) {
        varint(((long) field << 3) | FIXED_32);
        int bits = Float.floatToIntBits(value);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            open.write(bits >>> shift);
        }
        return this;
    }

    ProtobufWriter text(int field, String value) {
        return bytes(field, Utf8.bytes(value));
    }

    /** The array is not copied. */
    ProtobufWriter bytes(int field, byte[] value) {
        length(field, value.length);
        append(value);
        return this;
    }

    /** The message must be complete. */
    ProtobufWriter message(int field, ProtobufWriter value) {
        length(field, value.sizeBytes());
        value.chunks.forEach(this::append);
        open.writeBytes(value.open.toByteArray());
        return this;
    }

    private void length(int field, long bytes) {
        varint(((long) field << 3) | LENGTH_DELIMITED);
        varint(bytes);
    }

    private void append(byte[] chunk) {
        byte[] before = open.toByteArray();
        chunks.add(before);
        chunks.add(chunk);
        closedBytes += before.length + chunk.length;
        open = new ByteArrayOutputStream();
    }

    /** Seven bits a byte, lowest first; the top bit says that more follow. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            open.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        open.write((int) rest);
    }

    long sizeBytes() {
        return closedBytes + open.size();
    }

    void writeTo(OutputStream out) throws IOException {
        for (byte[] chunk : chunks) {
            out.write(chunk);
        }
        open.writeTo(out);
    }
}
