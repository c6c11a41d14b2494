package dev.lethe.core.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 over typed content, each part preceded by its length so that no two contents collide by concatenation. */
public final class Fingerprint {
    private static final int CHUNK = 8192;

    private final MessageDigest digest;

    public Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    public Fingerprint add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        length(bytes.length);
        digest.update(bytes);
        return this;
    }

    public Fingerprint add(List<String> texts) {
        length(texts.size());
        texts.forEach(this::add);
        return this;
    }

    public Fingerprint add(int... values) {
        length(values.length);
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            ByteBuffer bytes = ByteBuffer.allocate(4 * count);
            bytes.asIntBuffer().put(values, from, count);
            digest.update(bytes);
        }
        return this;
    }

    public Fingerprint add(float[] values) {
        length(values.length);
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            ByteBuffer bytes = ByteBuffer.allocate(4 * count);
            bytes.asFloatBuffer().put(values, from, count);
            digest.update(bytes);
        }
        return this;
    }

    public Fingerprint add(double[] values) {
        length(values.length);
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            ByteBuffer bytes = ByteBuffer.allocate(8 * count);
            bytes.asDoubleBuffer().put(values, from, count);
            digest.update(bytes);
        }
        return this;
    }

    /** The digest in hex; the fingerprint cannot be added to afterwards. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private void length(int length) {
        digest.update(ByteBuffer.allocate(4).putInt(0, length));
    }
}
