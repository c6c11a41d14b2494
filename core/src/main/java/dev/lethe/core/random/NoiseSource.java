package dev.lethe.core.random;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The random bits that protect people: the key stream of AES-256 in counter mode, keyed by the operating system.
 *
 * <p>The stream is made in blocks of 32 KiB. The first 48 bytes of each become key and counter of the next and are erased
 * (fast key erasure), so that whoever reads this memory later learns no earlier block; each 64 MiB fresh bits of the
 * operating system are mixed in. A stream can be told from true randomness only by telling AES-256 from a random
 * permutation, apart from 2<sup>-107</sup> a block (2<sup>11</sup> distinct cipher blocks, PRP/PRF switching lemma).
 *
 * <p>One thread, one source: two threads in one stream could draw the same bits, and noise that is added twice can be
 * subtracted. The first draw binds a source to its thread, and draws of another throw {@link IllegalStateException}. A copy
 * of a running machine (snapshot, checkpoint) repeats its noise: begin with a new source after such a copy.
 */
public final class NoiseSource {
    static final int BLOCK_BYTES = 1 << 15;
    static final int KEY_BYTES = 32;
    static final int COUNTER_BYTES = 16;
    private static final int BLOCKS_PER_KEY_OF_THE_SYSTEM = 1 << 11;
    private static final byte[] ZEROS = new byte[BLOCK_BYTES];
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final @Nullable SecureRandom system;
    private final Cipher cipher;
    private final byte[] key;
    private final byte[] counter;
    private final byte[] block = new byte[BLOCK_BYTES];
    private int next = BLOCK_BYTES;
    private int blocks;
    private long coins;
    private int coinsLeft;
    private @Nullable Thread owner;

    private NoiseSource(@Nullable SecureRandom system, byte[] key, byte[] counter) {
        this.system = system;
        this.key = key;
        this.counter = counter;
        try {
            cipher = Cipher.getInstance("AES/CTR/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES in counter mode; install a JDK that has it", e);
        }
    }

    /** A fresh source for this thread, keyed by the operating system. */
    public static NoiseSource secure() {
        SecureRandom system = new SecureRandom();
        byte[] key = new byte[KEY_BYTES];
        byte[] counter = new byte[COUNTER_BYTES];
        system.nextBytes(key);
        system.nextBytes(counter);
        return new NoiseSource(system, key, counter);
    }

    /**
     * The same stream for the same seed, for tests. It protects nobody: whoever knows the seed subtracts the noise, and
     * whatever is released with it can claim nothing.
     */
    public static NoiseSource insecure(Seed seed) {
        return new NoiseSource(
                null, seed.key("lethe/noise-key"), Arrays.copyOf(seed.key("lethe/noise-counter"), COUNTER_BYTES));
    }

    /** Whether nobody can repeat this stream. Where false, a claim of privacy is void. */
    public boolean isSecure() {
        return system != null;
    }

    /** 64 uniform bits. */
    public long nextLong() {
        if (Thread.currentThread() != owner || next == BLOCK_BYTES) {
            refill();
        }
        long value = (long) LONGS.get(block, next);
        next += Long.BYTES;
        return value;
    }

    /** 32 uniform bits. */
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    /** {@code bits} uniform bits as a number in [0, 2<sup>bits</sup>); bits in 1..63. */
    public long nextBits(int bits) {
        if (bits < 1 || bits > 63) {
            throw new IllegalArgumentException("bits " + bits + " must lie in 1..63");
        }
        return nextLong() >>> -bits;
    }

    /** A fair coin; 64 of them take one draw of 64 bits. */
    public boolean nextBoolean() {
        if (Thread.currentThread() != owner || coinsLeft == 0) {
            coins = nextLong();
            coinsLeft = Long.SIZE;
        }
        boolean coin = (coins & 1) != 0;
        coins >>>= 1;
        coinsLeft--;
        return coin;
    }

    /**
     * A uniform number in [0, bound), without bias.
     *
     * @param bound at least 1
     */
    public long nextBelow(long bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound " + bound + " must be at least 1");
        }
        // Lemire 2019: the high word of bound * bits, after a rejection of 2^64 mod bound values of the low word.
        long bits = nextLong();
        long low = bits * bound;
        if (Long.compareUnsigned(low, bound) < 0) {
            long threshold = Long.remainderUnsigned(-bound, bound);
            while (Long.compareUnsigned(low, threshold) < 0) {
                bits = nextLong();
                low = bits * bound;
            }
        }
        return Math.multiplyHigh(bits, bound) + ((bits >> 63) & bound);
    }

    /**
     * A uniform number in [0, bound), without bias.
     *
     * @param bound at least 1
     */
    public BigInteger nextBelow(BigInteger bound) {
        if (bound.signum() <= 0) {
            throw new IllegalArgumentException("bound " + bound + " must be at least 1");
        }
        int bits = bound.subtract(BigInteger.ONE).bitLength();
        if (bits < Long.SIZE) {
            return BigInteger.valueOf(nextBelow(bound.longValueExact()));
        }
        byte[] bytes = new byte[(bits + 7) / 8];
        while (true) {
            for (int i = 0; i < bytes.length; i += Long.BYTES) {
                long word = nextLong();
                for (int j = i; j < Math.min(i + Long.BYTES, bytes.length); j++) {
                    bytes[j] = (byte) word;
                    word >>>= Byte.SIZE;
                }
            }
            bytes[0] &= (byte) (0xff >>> (bytes.length * Byte.SIZE - bits));
            BigInteger value = new BigInteger(1, bytes);
            if (value.compareTo(bound) < 0) {
                return value;
            }
        }
    }

    /** Fills with uniform bits, the same as one {@link #nextLong} after the other. */
    public void fill(long[] words) {
        int i = 0;
        while (i < words.length) {
            if (Thread.currentThread() != owner || next == BLOCK_BYTES) {
                refill();
            }
            int count = Math.min(words.length - i, (BLOCK_BYTES - next) / Long.BYTES);
            for (int j = 0; j < count; j++) {
                words[i + j] = (long) LONGS.get(block, next + j * Long.BYTES);
            }
            next += count * Long.BYTES;
            i += count;
        }
    }

    private void refill() {
        Thread thread = Thread.currentThread();
        if (owner == null) {
            owner = thread;
        } else if (owner != thread) {
            throw new IllegalStateException("a NoiseSource belongs to the thread that drew from it first, "
                    + owner.getName() + "; thread " + thread.getName() + " needs its own");
        }
        if (system != null && blocks == BLOCKS_PER_KEY_OF_THE_SYSTEM) {
            byte[] fresh = new byte[KEY_BYTES];
            system.nextBytes(fresh);
            for (int i = 0; i < KEY_BYTES; i++) {
                key[i] ^= fresh[i];
            }
            blocks = 0;
        }
        keyStream(cipher, key, counter, block);
        blocks++;
        System.arraycopy(block, 0, key, 0, KEY_BYTES);
        System.arraycopy(block, KEY_BYTES, counter, 0, COUNTER_BYTES);
        next = KEY_BYTES + COUNTER_BYTES;
        Arrays.fill(block, 0, next, (byte) 0);
    }

    /** The key stream of AES in counter mode from this counter block on; at most {@link #BLOCK_BYTES} bytes. */
    static void keyStream(Cipher cipher, byte[] key, byte[] counter, byte[] stream) {
        try {
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(counter));
            cipher.doFinal(ZEROS, 0, stream.length, stream);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES in counter mode failed", e);
        }
    }
}
