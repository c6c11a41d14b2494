package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The format by known bytes, and files that are not as they must be. */
class SafeTensorsTest {
    private static final String HEADER =
            "{'__metadata__':{'a':'b'},'w':{'dtype':'F32','shape':[1,2],'data_offsets':[0,8]},"
                    + "'s':{'dtype':'F32','shape':[],'data_offsets':[8,12]}}  ";

    /** 1, -2.5 and 0.5 as IEEE 754 floats, lowest byte first. */
    private static final String VALUES = "0000803f" + "000020c0" + "0000003f";

    @TempDir
    Path folder;

    private Path file(String header, String values) throws IOException {
        return file(header.length(), header, values);
    }

    private Path file(long length, String header, String values) throws IOException {
        byte[] text = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        byte[] data = HexFormat.of().parseHex(values);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(length).put(text).put(data);
        return Files.write(folder.resolve("file.safetensors"), bytes.array());
    }

    private static float[] read(SafeTensors tensors, String name, int count) throws IOException {
        float[] values = new float[count];
        tensors.read(name, values, 0);
        return values;
    }

    /** By hand from the format's page: 8 bytes of length (136 with padding to a multiple of 8), JSON, values. */
    @Test
    void writesKnownBytes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafeTensors.write(
                out,
                Map.of("a", "b"),
                List.of(
                        new SafeTensors.Tensor("w", List.of(1, 2), FloatBuffer.wrap(new float[] {9, 1, -2.5f}, 1, 2)),
                        new SafeTensors.Tensor("s", List.of(), FloatBuffer.wrap(new float[] {0.5f}))));
        assertThat(HexFormat.of().formatHex(out.toByteArray()))
                .isEqualTo("8800000000000000"
                        + HexFormat.of().formatHex(HEADER.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                        + VALUES);
    }

    @Test
    void readsKnownBytes() throws IOException {
        try (SafeTensors tensors = SafeTensors.open(file(HEADER, VALUES))) {
            assertThat(tensors.metadata()).containsExactly(Map.entry("a", "b"));
            assertThat(tensors.shapes()).containsExactly(Map.entry("w", List.of(1, 2)), Map.entry("s", List.of()));
            assertThat(read(tensors, "w", 2)).containsExactly(1, -2.5f);
            assertThat(read(tensors, "s", 1)).containsExactly(0.5f);
            assertThatThrownBy(() -> read(tensors, "w", 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2 values");
            assertThatThrownBy(() -> read(tensors, "x", 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'x'");
        }
    }

    /** Other writers name tensors in another order than that of their values, put no metadata and pad not. */
    @Test
    void readsWhatOthersWrite() throws IOException {
        String header = "{'late':{'shape':[2],'data_offsets':[4,12],'dtype':'F32'},"
                + "'none':{'dtype':'F32','shape':[3,0],'data_offsets':[4,4]},"
                + "'early':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}";
        try (SafeTensors tensors = SafeTensors.open(file(header, VALUES))) {
            assertThat(tensors.metadata()).isEmpty();
            assertThat(tensors.shapes().keySet()).containsExactly("early", "none", "late");
            assertThat(read(tensors, "early", 1)).containsExactly(1);
            assertThat(read(tensors, "none", 0)).isEmpty();
            assertThat(read(tensors, "late", 2)).containsExactly(-2.5f, 0.5f);
        }
    }

    /** More than is buffered at once, with a value for each place. */
    @Test
    void keepsEachOfManyValues() throws IOException {
        float[] many = new float[50_001];
        for (int i = 0; i < many.length; i++) {
            many[i] = i;
        }
        Path file = folder.resolve("many.safetensors");
        try (var out = Files.newOutputStream(file)) {
            SafeTensors.write(
                    out,
                    Map.of(),
                    List.of(
                            new SafeTensors.Tensor("first", List.of(1), FloatBuffer.wrap(new float[] {-1})),
                            new SafeTensors.Tensor("many", List.of(3, 16_667), FloatBuffer.wrap(many))));
        }
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(read(tensors, "many", many.length)).isEqualTo(many);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'w':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | needs 12 bytes",
                "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | need 8 bytes of values, but it has 12",
                "{'w':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | begins at byte 4",
                "{'w':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | need 16 bytes of values, but it has 12",
                "{'v':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'w':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}}"
                        + " | begins at byte 4 of the values, but the tensors before it end at 8",
                "{'w':{'dtype':'F32','shape':[0],'data_offsets':[8,0]}} | needs 0 bytes",
                "{'w':{'dtype':'F16','shape':[6],'data_offsets':[0,12]}} | type 'F16', and only F32",
                "{'w':{'dtype':'F32','shape':[2147483647,2147483647,3],'data_offsets':[0,12]}} | more values than can be",
                "{'w':{'dtype':'F32','shape':[4294967299],'data_offsets':[0,12]}} | side of 4294967299",
                "{'w':{'dtype':'F32','shape':[-3],'data_offsets':[0,12]}} | -3 must be a whole number",
                "{'w':{'dtype':'F32','shape':[3.0],'data_offsets':[0,12]}} | 3.0 must be a whole number",
                "{'w':{'dtype':'F32','shape':[x],'data_offsets':[0,12]}} | not valid JSON at line 1",
                "{'w':{'dtype':'F32','shape':['3'],'data_offsets':[0,12]}} | must be a number",
                "{'w':{'dtype':'F32','shape':3,'data_offsets':[0,12]}} | must be a list",
                "{'w':{'dtype':'F32','shape':[3],'data_offsets':[0]}} | 2 offsets",
                "{'w':{'dtype':'F32','shape':[3]}} | lacks the key data_offsets",
                "{'w':{'dtype':'F32','shape':[3],'data_offsets':[0,12],'code':'x'}} | has keys beside",
                "{'w':{'dtype':'F32','shape':[3],'data_offsets':[0,12]},'w':{}} | 'w' is given twice",
                "{'__metadata__':{'a':1},'w':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | must be text",
                "{'w':{'dtype':'F32','shape':[[3]],'data_offsets':[0,12]}} | nested too deeply",
                "{'w':[[[[]]]]} | nested too deeply",
                "{'w':{'dtype':'F32','shape':[1e99999999999],'data_offsets':[0,12]}} | not valid JSON",
                "{'w':null} | neither object, list, number nor text",
                "{'w' | not valid JSON at line 1 column 5",
                "{} x | not valid JSON at line 1 column 5",
                "[] | does not begin with '{'",
                "` {}` | does not begin with '{'",
                "{} | need 0 bytes of values, but it has 12",
            })
    void refuses(String header, String why) throws IOException {
        Path file = file(header, VALUES);
        assertThatThrownBy(() -> SafeTensors.open(file).close())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " cannot be read as safetensors: ")
                .hasMessageContaining(why)
                .hasMessageEndingWith("copy the file again or write it anew");
    }

    @ParameterizedTest
    @CsvSource({
        "137, ends after 136",
        "100000001, more than the format's 100000000",
        "-1, 18446744073709551615",
        "0, does not begin"
    })
    void refusesLength(long length, String why) throws IOException {
        Path file = file(length, HEADER, "");
        assertThatThrownBy(() -> SafeTensors.open(file).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesWhatIsNoFileOrTooShortOrNoText() throws IOException {
        assertThatThrownBy(() -> SafeTensors.open(folder).close()).hasMessageContaining("is no file");
        Path file = Files.write(folder.resolve("short"), new byte[7]);
        assertThatThrownBy(() -> SafeTensors.open(file).close()).hasMessageContaining("7 bytes, too few");
        Files.write(file, HexFormat.of().parseHex("0300000000000000" + "7bff7d"));
        assertThatThrownBy(() -> SafeTensors.open(file).close()).hasMessageContaining("not UTF-8");
    }

    @Test
    void refusesToWriteWhatNobodyCouldRead() {
        SafeTensors.Tensor one = new SafeTensors.Tensor("w", List.of(1), FloatBuffer.allocate(1));
        assertThatThrownBy(() -> SafeTensors.write(new ByteArrayOutputStream(), Map.of(), List.of(one, one)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("w is given twice");
        assertThatThrownBy(() -> SafeTensors.write(new ByteArrayOutputStream(), Map.of("a", "\ud800"), List.of(one)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("surrogate");
        assertThatThrownBy(() -> new SafeTensors.Tensor("w", List.of(2), FloatBuffer.allocate(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs 2");
        assertThatThrownBy(() -> new SafeTensors.Tensor("__metadata__", List.of(1), FloatBuffer.allocate(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("taken");
    }
}
