package dev.lethe.core.random;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * The root of reproducible random streams: same seed and labels, same bits, on every machine.
 *
 * <p>A seed is forked by label ({@code seed.fork("lira/shadow-3")}); the label is hashed, so adding a fork elsewhere
 * shifts nothing. Seeded streams protect nobody: noise that backs a privacy claim never comes from here.
 */
public final class Seed {
    /** Roots stay below this so that a seed survives a round trip through a JSON number. */
    private static final long ROOT_LIMIT = 1L << 53;

    private final byte[] state;

    private Seed(byte[] state) {
        this.state = state;
    }

    /** The seed with this number, as a user types it. Any long is accepted. */
    public static Seed of(long number) {
        return new Seed(sha256(ByteBuffer.allocate(8).putLong(number).array(), "lethe/root"));
    }

    /** A fresh number for {@link #of}, from the operating system, in [0, 2<sup>53</sup>). */
    public static long draw() {
        return new SecureRandom().nextLong() & (ROOT_LIMIT - 1);
    }

    /** An independent seed for the part of the work named by {@code label}. */
    public Seed fork(String label) {
        return new Seed(sha256(state, label));
    }

    /** A fresh stream from its start; two calls give equal streams. Not safe for several threads. */
    public UniformRandomProvider stream() {
        ByteBuffer bytes = ByteBuffer.wrap(state);
        long[] words = {bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong()};
        return RandomSource.XO_SHI_RO_256_PP.create(words);
    }

    /** 64 bits for a generator that is not ours, such as libtorch's. */
    public long toLong() {
        return ByteBuffer.wrap(state).getLong();
    }

    /** The 32 bytes behind {@code label}, for a generator of this package that takes a key. */
    byte[] key(String label) {
        return fork(label).state.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Seed seed && Arrays.equals(state, seed.state);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(state);
    }

    private static byte[] sha256(byte[] state, String label) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(state);
            return digest.digest(label.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
