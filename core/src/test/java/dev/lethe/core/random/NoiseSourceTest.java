package dev.lethe.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.stats.GoodnessOfFit;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;

class NoiseSourceTest {
    private static final HexFormat HEX = HexFormat.of();
    /** Each statistical test below errs with this probability; its seed is fixed, so it errs always or never. */
    private static final double FALSE_ALARM = 1e-6;

    /** NIST SP 800-38A, appendix F.5.5 (CTR-AES256.Encrypt): the four output blocks, which are the key stream. */
    @Test
    void theKeyStreamIsThatOfNist() throws Exception {
        byte[] stream = new byte[64];
        NoiseSource.keyStream(
                Cipher.getInstance("AES/CTR/NoPadding"),
                HEX.parseHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
                HEX.parseHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
                stream);
        assertThat(HEX.formatHex(stream))
                .isEqualTo("0bdf7df1591716335e9a8b15c860c502"
                        + "5a6e699d536119065433863c8f657b94"
                        + "1bc12c9c01610d5d0d8bd6a3378eca62"
                        + "2956e1c8693536b1bee99c73a31576b6");
    }

    /** The slow twin: each block by its own cipher, its head the key and counter of the next and never released. */
    @Test
    void eachBlockKeysTheNextAndHidesTheKey() throws Exception {
        Seed seed = Seed.of(1);
        NoiseSource noise = NoiseSource.insecure(seed);
        byte[] key = seed.key("lethe/noise-key");
        byte[] counter = java.util.Arrays.copyOf(seed.key("lethe/noise-counter"), 16);
        byte[] block = new byte[NoiseSource.BLOCK_BYTES];
        for (int i = 0; i < 3; i++) {
            NoiseSource.keyStream(Cipher.getInstance("AES/CTR/NoPadding"), key, counter, block);
            key = java.util.Arrays.copyOf(block, 32);
            counter = java.util.Arrays.copyOfRange(block, 32, 48);
            java.nio.ByteBuffer longs = java.nio.ByteBuffer.wrap(block).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            longs.position(48);
            while (longs.hasRemaining()) {
                assertThat(noise.nextLong()).isEqualTo(longs.getLong());
            }
        }
    }

    @Test
    void sameSeedSameStreamAndTheSystemNever() {
        assertThat(NoiseSource.insecure(Seed.of(7)).nextLong())
                .isEqualTo(NoiseSource.insecure(Seed.of(7)).nextLong())
                .isNotEqualTo(NoiseSource.insecure(Seed.of(8)).nextLong());
        NoiseSource one = NoiseSource.secure();
        NoiseSource other = NoiseSource.secure();
        assertThat(one.nextLong()).isNotEqualTo(other.nextLong());
        assertThat(one.isSecure()).isTrue();
        assertThat(NoiseSource.insecure(Seed.of(7)).isSecure()).isFalse();
    }

    @Test
    void fillsAsItDraws() {
        NoiseSource drawn = NoiseSource.insecure(Seed.of(3));
        NoiseSource filled = NoiseSource.insecure(Seed.of(3));
        for (int size : new int[] {0, 1, 5, 4090, 4091, 10_000}) {
            long[] words = new long[size];
            filled.fill(words);
            for (long word : words) {
                assertThat(word).isEqualTo(drawn.nextLong());
            }
        }
    }

    @Test
    void belongsToOneThread() throws Exception {
        NoiseSource noise = NoiseSource.secure();
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            other.submit(noise::nextLong).get();
            assertThatThrownBy(noise::nextLong)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("belongs to the thread");
            assertThatThrownBy(noise::nextBoolean).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> noise.fill(new long[3])).isInstanceOf(IllegalStateException.class);
            other.submit(noise::nextBoolean).get();
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } finally {
            other.shutdown();
        }
    }

    /** 3 * 2^61 leaves 2^62 values over, which a remainder would give to one third of the range twice as often. */
    @Test
    void drawsBelowABoundWithoutBias() {
        long third = 1L << 61;
        long[] fair = new long[3];
        long[] biased = new long[3];
        NoiseSource noise = NoiseSource.insecure(Seed.of(4));
        for (int i = 0; i < 30_000; i++) {
            fair[(int) (noise.nextBelow(3 * third) / third)]++;
            biased[(int) (Long.remainderUnsigned(noise.nextLong(), 3 * third) / third)]++;
        }
        assertThat(uniform(fair)).isGreaterThan(FALSE_ALARM);
        assertThat(uniform(biased)).as("the saboteur").isLessThan(FALSE_ALARM);
    }

    @Test
    void drawsEachSmallNumberAlikeAndBitsAndCoins() {
        NoiseSource noise = NoiseSource.insecure(Seed.of(5));
        long[] small = new long[7];
        long[] large = new long[5];
        long[] bits = new long[8];
        long[] coins = new long[2];
        long[] ints = new long[4];
        BigInteger fifth = BigInteger.ONE.shiftLeft(70).add(BigInteger.ONE);
        for (int i = 0; i < 40_000; i++) {
            small[(int) noise.nextBelow(7)]++;
            large[
                    noise.nextBelow(fifth.multiply(BigInteger.valueOf(5)))
                            .divide(fifth)
                            .intValueExact()]++;
            bits[(int) noise.nextBits(3)]++;
            coins[noise.nextBoolean() ? 1 : 0]++;
            ints[noise.nextInt() >>> 30]++;
        }
        for (long[] counts : new long[][] {small, large, bits, coins, ints}) {
            assertThat(uniform(counts)).isGreaterThan(FALSE_ALARM);
        }
        assertThat(noise.nextBelow(1)).isZero();
        assertThat(noise.nextBelow(BigInteger.ONE)).isZero();
    }

    @Test
    void refusesWhatIsNoBound() {
        NoiseSource noise = NoiseSource.secure();
        assertThatThrownBy(() -> noise.nextBelow(0)).hasMessageContaining("bound 0");
        assertThatThrownBy(() -> noise.nextBelow(BigInteger.ZERO)).hasMessageContaining("bound 0");
        assertThatThrownBy(() -> noise.nextBits(0)).hasMessageContaining("bits 0");
        assertThatThrownBy(() -> noise.nextBits(64)).hasMessageContaining("bits 64");
    }

    private static double uniform(long[] counts) {
        return GoodnessOfFit.uniform(counts);
    }
}
