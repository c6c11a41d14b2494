package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The examples of protobuf.dev/programming-guides/encoding, and the bounds of its numbers. */
class ProtobufWriterTest {
    private static String hex(ProtobufWriter message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        message.writeTo(out);
        assertThat(message.sizeBytes()).isEqualTo(out.size());
        return HexFormat.of().formatHex(out.toByteArray());
    }

    @Test
    void equalsTheExamples() throws IOException {
        ProtobufWriter number = new ProtobufWriter().whole(1, 150);
        assertThat(hex(number)).isEqualTo("089601");
        assertThat(hex(new ProtobufWriter().text(2, "testing"))).isEqualTo("120774657374696e67");
        assertThat(hex(new ProtobufWriter().message(3, number))).isEqualTo("1a03089601");
        assertThat(hex(new ProtobufWriter().whole(1, -2))).isEqualTo("08feffffffffffffffff01");
    }

    /** Fields of 16 and more take two bytes of tag; what follows bytes or a message stays behind it. */
    @Test
    void keepsTheOrder() throws IOException {
        ProtobufWriter inner = new ProtobufWriter().bytes(1, new byte[] {7}).whole(2, 0);
        ProtobufWriter outer =
                new ProtobufWriter().whole(16, 1).message(1, inner).real(3, -2.5f);
        assertThat(hex(outer)).isEqualTo("800101" + "0a05" + "0a01071000" + "1d000020c0");
    }
}
