package dev.lethe.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** The built-in data is the file of the UCI repository, byte for byte, and nothing else of the jar it comes in. */
class DemoDataTest {
    /** SHA-256 of bank-full.csv. */
    private static final String SHA_256 = "d1513ec63b385506f7cfce9f2c5caa9fe99e7ba4e8c3fa264b3aaf0f849ed32d";

    private static final String RESOURCE = "/dev/lethe/app/demo/bank-full.csv";

    @Test
    void isTheFileWeMeasured() throws IOException {
        assertThat(sha256(resource())).isEqualTo(SHA_256);
    }

    @Test
    void hasAHeaderAndEveryCustomer() throws IOException {
        String text = new String(resource(), StandardCharsets.US_ASCII);
        assertThat(text.lines().findFirst().orElseThrow()).startsWith("\"age\";\"job\";\"marital\"");
        assertThat(text.lines().count()).isEqualTo(1 + 45_211);
    }

    @Test
    void isWhatTheEvaluationDataHolds() throws IOException {
        Path shared =
                Path.of(System.getProperty("lethe.root", ".."), "..", "shared/data/bank-marketing/bank-full.csv.gz");
        assumeTrue(Files.exists(shared), "no evaluation data beside the project: " + shared);
        byte[] original = new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(shared))).readAllBytes();
        assertThat(sha256(original)).isEqualTo(SHA_256);
    }

    @Test
    void bringsNothingElseOfItsJar() {
        assertThat(DemoDataTest.class.getResource("/donut.csv")).isNull();
        assertThat(DemoDataTest.class.getResource("/dev/lethe/app/demo/donut.csv"))
                .isNull();
        assertThat(DemoDataTest.class.getResource("/org/apache/mahout")).isNull();
    }

    private static byte[] resource() throws IOException {
        try (InputStream in = DemoDataTest.class.getResourceAsStream(RESOURCE)) {
            assertThat(in).as(RESOURCE).isNotNull();
            return in.readAllBytes();
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
