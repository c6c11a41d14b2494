package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written comes back, with the same bits, and nothing else is taken for a network. */
class NetworkFilesTest {
    private static final Optimization SHORT = new Optimization(2, 1e-2, 16, 0, 0);
    private static final Map<String, String> NOTE = Map.of("purpose", "a \"test\", ü\u2028", "run", "");

    /** A recipe and a shape that it takes. */
    record Case(NetworkTrainer recipe, int... shape) {
        Examples data(int n) {
            return recipe instanceof Feedforward stack && stack.layers().get(0) instanceof Layer.Embedding embedding
                    ? Blobs.tokens(n, shape[0], embedding.tokens(), 3, Seed.of(5))
                    : Blobs.examples(n, shape, 3, Seed.of(5));
        }

        Predictor<Examples> train() {
            Examples data = data(40);
            return recipe.train(data, IntStream.range(0, 40).toArray(), Seed.of(6), Progress.QUIET);
        }

        @Override
        public String toString() {
            return recipe.describe() + " on " + Arrays.toString(shape);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(new LogisticRegression(SHORT), 5),
                new Case(new LogisticRegression(SHORT), 2, 3, 4),
                new Case(new Mlp(List.of(8, 7), 0, SHORT), 5),
                new Case(new Mlp(List.of(8), 0.3, Activation.TANH, SHORT), 1, 4, 4),
                new Case(new Cnn(3, 8, 0.2, SHORT), 2, 9, 8),
                new Case(new ResNet(16, 1, SHORT), 3, 9, 8),
                new Case(new Feedforward(ofTokens(), SHORT), 1),
                new Case(new Feedforward(ofTokens(), SHORT), 5),
                new Case(new Feedforward(ofTokens(), SHORT), 40),
                new Case(
                        new Feedforward(
                                List.of(new Layer.Lstm(4, 6), new Layer.LastStep(), new Layer.Linear(6, 3)), SHORT),
                        5,
                        4));
    }

    /** Layers of sequences, for any number of tokens out of 13. No two widths are equal. */
    static List<Layer> ofTokens() {
        return List.of(
                new Layer.Embedding(13, 5),
                new Layer.Linear(5, 7),
                new Layer.LayerNorm(7),
                new Layer.Lstm(7, 6),
                new Layer.LastStep(),
                new Layer.Linear(6, 3));
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("cases")
    void comesBackWithTheSameBits(Case one) throws IOException {
        Examples data = one.data(33);
        try (Predictor<Examples> model = one.train()) {
            NetworkFiles.write(model, data.classes(), NOTE, folder.resolve("a/b"));
            try (NetworkFiles.Saved saved = NetworkFiles.read(folder.resolve("a/b"))) {
                assertThat(saved.model().logits(data).values())
                        .isEqualTo(model.logits(data).values());
                assertThat(saved.model().parameters().orElseThrow())
                        .isEqualTo(model.parameters().orElseThrow());
                assertThat(saved.classes()).isEqualTo(data.classes());
                assertThat(saved.metadata()).isEqualTo(NOTE);
                NetworkFiles.write(saved.model(), saved.classes(), saved.metadata(), folder.resolve("again"));
            }
        }
        for (String name : List.of(NetworkFiles.PARAMETERS, NetworkFiles.ONNX)) {
            assertThat(folder.resolve("again").resolve(name)).hasSameBinaryContentAs(folder.resolve("a/b/" + name));
        }
        try (Stream<Path> files = Files.list(folder.resolve("again"))) {
            assertThat(files.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrder(NetworkFiles.PARAMETERS, NetworkFiles.ONNX);
        }
    }

    /** A layer that gains a component must gain a setting, or files would lose it. */
    @Test
    void keepsEveryComponentOfEveryLayer() throws IOException {
        List<Layer> layers = List.of(
                new Layer.Linear(2, 3),
                new Layer.Relu(),
                new Layer.Tanh(),
                new Layer.TemperedSigmoid(1.5, 2.5, -0.1),
                new Layer.Dropout(0.1),
                new Layer.Conv2d(2, 3, 5, 4, 1),
                new Layer.MaxPool2d(3, 2),
                new Layer.Flatten(),
                new Layer.GroupNorm(6, 3),
                new Layer.GlobalAveragePool(),
                new Layer.Residual(List.of(new Layer.Relu())),
                new Layer.LayerNorm(3),
                new Layer.Embedding(4, 3),
                new Layer.Lstm(3, 5),
                new Layer.LastStep(),
                new Layer.Tied(3, 4));
        assertThat(layers.stream().map(Object::getClass).toList())
                .as("this test must know every layer")
                .containsExactlyInAnyOrder(Layer.class.getPermittedSubclasses());
        Architecture architecture = new Architecture(List.of(7, 8), layers);
        assertThat(Architecture.read(architecture.write())).isEqualTo(architecture);
        JsonArray written = LayerKind.write(layers);
        for (int i = 0; i < layers.size(); i++) {
            Set<String> keys = new HashSet<>(Set.of("kind"));
            for (RecordComponent component : layers.get(i).getClass().getRecordComponents()) {
                keys.add(component.getName());
            }
            assertThat(written.get(i).getAsJsonObject().keySet()).isEqualTo(keys);
        }
    }

    /** As in the state_dict of a torch.nn.Sequential. */
    @Test
    void namesParametersAsPyTorchDoes() throws IOException {
        Case residual = new Case(new ResNet(16, 1, SHORT), 3, 9, 8);
        try (Predictor<Examples> model = residual.train()) {
            NetworkFiles.write(model, List.of("a", "b", "c"), Map.of(), folder);
        }
        try (SafeTensors tensors = SafeTensors.open(folder.resolve(NetworkFiles.PARAMETERS))) {
            assertThat(tensors.shapes())
                    .containsEntry("0.weight", List.of(16, 3, 3, 3))
                    .containsEntry("0.bias", List.of(16))
                    .containsEntry("1.weight", List.of(16))
                    .containsEntry("4.0.weight", List.of(16, 16, 3, 3))
                    .containsEntry("4.4.bias", List.of(16))
                    .containsEntry("14.weight", List.of(3, 64));
        }
        try (Network network = new Network(ofTokens(), new int[] {4})) {
            NetworkFiles.write(new NetworkPredictor(network), List.of("a", "b", "c"), Map.of(), folder);
        }
        try (SafeTensors tensors = SafeTensors.open(folder.resolve(NetworkFiles.PARAMETERS))) {
            assertThat(tensors.shapes())
                    .isEqualTo(Map.of(
                            "0.weight", List.of(13, 5),
                            "1.weight", List.of(7, 5),
                            "1.bias", List.of(7),
                            "2.weight", List.of(7),
                            "2.bias", List.of(7),
                            "3.weight_ih_l0", List.of(24, 7),
                            "3.weight_hh_l0", List.of(24, 6),
                            "3.bias_ih_l0", List.of(24),
                            "5.weight", List.of(3, 6),
                            "5.bias", List.of(3)));
        }
    }

    @Test
    void refusesOtherModels() {
        Predictor<Examples> constant = new Predictor<>() {
            @Override
            public Logits logits(Examples data) {
                return new Logits(new float[2 * data.size()], 2);
            }

            @Override
            public void close() {}
        };
        assertThatThrownBy(() -> NetworkFiles.write(constant, List.of("a", "b"), Map.of(), folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only networks that a recipe of dev.lethe.nn trained");
    }

    @Test
    void refusesWhatCannotBeReadAgain() throws IOException {
        try (Network network = new Network(List.of(new Layer.Linear(2, 2)), new int[] {2})) {
            NetworkPredictor model = new NetworkPredictor(network);
            assertThatThrownBy(() -> NetworkFiles.write(model, List.of("a"), Map.of(), folder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("classes are 1, but the model has 2 logits");
            assertThatThrownBy(() -> NetworkFiles.write(model, List.of("a", "b"), Map.of("lethe.x", ""), folder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'lethe.x'");
            assertThatThrownBy(() -> NetworkFiles.write(model, List.of("a", "b"), Map.of("x", "\udc00"), folder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("surrogate");
            network.load(new float[] {0, 0, 0, Float.NaN, 0, 0});
            assertThatThrownBy(() -> NetworkFiles.write(model, List.of("a", "b"), Map.of(), folder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("value 3 of 0.weight is NaN");
            network.load(new float[6]);
            Path file = Files.createFile(folder.resolve("file"));
            assertThatThrownBy(() -> NetworkFiles.write(model, List.of("a", "b"), Map.of(), file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is it a folder, and writable?");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("file");
        }
    }

    /** Three inputs, two classes, parameters as named. */
    private Path file(String network, String classes, float[] weight, float[] bias) throws IOException {
        Map<String, String> metadata =
                Map.of("lethe.network", network.replace('\'', '"'), "lethe.classes", classes.replace('\'', '"'));
        Path file = folder.resolve(NetworkFiles.PARAMETERS);
        try (var out = Files.newOutputStream(file)) {
            SafeTensors.write(
                    out,
                    metadata,
                    List.of(
                            new SafeTensors.Tensor("0.weight", List.of(2, 3), FloatBuffer.wrap(weight)),
                            new SafeTensors.Tensor("0.bias", List.of(2), FloatBuffer.wrap(bias))));
        }
        return file;
    }

    private static final String LINEAR = "{'kind':'linear','inputs':3,'outputs':2}";

    /** The form of the file is a promise to later versions. */
    @Test
    void readsAFileWrittenByHand() throws IOException {
        file(
                "{'format':1,'input':[3],'layers':[" + LINEAR + "]}",
                "['no','yes']",
                new float[] {1, 2, 3, 4, 5, 6},
                new float[] {10, 20});
        try (NetworkFiles.Saved saved = NetworkFiles.read(folder)) {
            Examples one = new Examples(new float[] {1, 10, 100}, new int[] {3}, new int[1], saved.classes());
            assertThat(saved.model().logits(one).values()).containsExactly(331, 674);
            assertThat(saved.classes()).containsExactly("no", "yes");
            NetworkFiles.write(saved.model(), saved.classes(), Map.of(), folder);
        }
        try (SafeTensors tensors = SafeTensors.open(folder.resolve(NetworkFiles.PARAMETERS))) {
            assertThat(tensors.metadata())
                    .containsEntry("lethe.classes", "[\"no\",\"yes\"]")
                    .containsEntry(
                            "lethe.network",
                            "{\"format\":1,\"input\":[3],\"layers\":"
                                    + "[{\"kind\":\"linear\",\"inputs\":3,\"outputs\":2}]}");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'format':2,'input':[3],'layers':[L]} | format is 2",
                "{'format':1,'input':[3],'layers':[L],'x':1} | must have the keys format, input and layers",
                "{'format':1,'input':[3],'layers':[{'kind':'mamba'}]} | layer.0 is of an unknown kind 'mamba'",
                "{'format':1,'input':[3],'layers':[{'kind':'linear','inputs':3}]} | layer.0 lacks the key outputs",
                "{'format':1,'input':[3],'layers':[{'kind':'relu','x':1},L]} | layer.0 of kind relu must have the keys",
                "{'format':1,'input':[3],'layers':[L,{'kind':'dropout','rate':1}]} | layer.1: dropout rate 1.0",
                "{'format':1,'input':[3],'layers':[L,{'kind':'residual','body':[]}]} | at least one layer",
                "{'format':1,'input':[3],'layers':[L,{'kind':'residual','body':[{'kind':'x'}]}]} | layer.1.0 is of an",
                "{'format':1,'input':[3],'layers':[{'kind':'relu'}]} | no parameters",
                "{'format':1,'input':[3],'layers':[{'kind':'relu'},L]} | there is no such tensor",
                "{'format':1,'input':[3],'layers':[L,{'kind':'flatten'},{'kind':'linear','inputs':2,'outputs':2}]}"
                        + " | 2.weight of shape [2, 2], but there is no such tensor",
                "{'format':1,'input':[2],'layers':[{'kind':'linear','inputs':2,'outputs':3}]} | tensor has shape [2, 3]",
                "{'format':1,'input':[4],'layers':[L]} | cannot take an input of shape [4]",
                "{'format':1,'input':[],'layers':[L]} | 1 to 4 sides",
                "{'format':1,'input':[0],'layers':[L]} | 1 to 4 sides",
                "{'format':1,'input':[2147483647,2,3],'layers':[L]} | more than 1 GiB",
                "{'format':1,'input':[3],'layers':[L,{'kind':'global-average-pool'}]} | cannot take an input",
                "{'format':1,'input':[3],'layers':L} | layer must be a list",
                "{'format':1,'input':[3],'layers':[{'kind':'lstm','inputs':1,'hidden':1073741824},L]}"
                        + " | hidden 1073741824 must be at most",
                "{'format':1,'input':[3],'layers':[{'kind':'embedding','tokens':16777217,'width':1},L]}"
                        + " | tokens 16777217 must be at most",
                "{'format':1,'input':[3],'layers':[L,{'kind':'last-step'}]} | cannot take an input",
                "{'format':1 | not valid JSON at line 1",
            })
    void refuses(String network, String why) throws IOException {
        Path file = file(
                network.replace("L]", LINEAR + "]").replace("L,", LINEAR + ",").replace("L}", LINEAR + "}"),
                "['a','b']",
                new float[6],
                new float[2]);
        assertThatThrownBy(() -> NetworkFiles.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " holds no network that can be read: ")
                .hasMessageContaining(why)
                .hasMessageEndingWith("write it anew");
    }

    @Test
    void refusesOtherClassesValuesAndFiles() throws IOException {
        String network = "{'format':1,'input':[3],'layers':[" + LINEAR + "]}";
        file(network, "['a']", new float[6], new float[2]);
        assertThatThrownBy(() -> NetworkFiles.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("are 1, but the network has 2 logits");
        file(network, "['a','b']", new float[6], new float[] {0, Float.POSITIVE_INFINITY});
        assertThatThrownBy(() -> NetworkFiles.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("value 1 of 0.bias is Infinity");
        String nested = "{'kind':'residual','body':[".repeat(40) + LINEAR + "]}".repeat(40);
        file("{'format':1,'input':[3],'layers':[" + nested + "]}", "['a','b']", new float[6], new float[2]);
        assertThatThrownBy(() -> NetworkFiles.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nested too deeply");
        try (var out = Files.newOutputStream(folder.resolve(NetworkFiles.PARAMETERS))) {
            SafeTensors.write(out, Map.of(), List.of());
        }
        assertThatThrownBy(() -> NetworkFiles.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lacks the metadata lethe.network");
        assertThatThrownBy(() -> NetworkFiles.read(folder.resolve("nowhere")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not there");
    }

    /** Shapes alone do not tell that no layer in front of an embedding gives tokens. */
    @Test
    void refusesAnEmbeddingThatIsNotFirst() throws IOException {
        Path file = folder.resolve(NetworkFiles.PARAMETERS);
        for (String layers : List.of(
                "[{'kind':'relu'},{'kind':'embedding','tokens':2,'width':3},{'kind':'flatten'}]",
                "[{'kind':'flatten'},{'kind':'embedding','tokens':2,'width':3},{'kind':'last-step'}]")) {
            Map<String, String> metadata = Map.of(
                    "lethe.network",
                    ("{'format':1,'input':[1],'layers':" + layers + "}").replace('\'', '"'),
                    "lethe.classes",
                    "[\"a\",\"b\",\"c\"]");
            try (var out = Files.newOutputStream(file)) {
                SafeTensors.write(
                        out,
                        metadata,
                        List.of(new SafeTensors.Tensor("1.weight", List.of(2, 3), FloatBuffer.wrap(new float[6]))));
            }
            assertThatThrownBy(() -> NetworkFiles.read(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + " holds no network that can be read: ")
                    .hasMessageContaining("an embedding must be the first layer");
        }
    }

    static Stream<Arguments> damageable() {
        List<Layer> ofImages = List.of(
                new Layer.Conv2d(1, 2, 3),
                new Layer.Residual(List.of(new Layer.GroupNorm(2, 1), new Layer.Relu())),
                new Layer.MaxPool2d(2),
                new Layer.Dropout(0.25),
                new Layer.Flatten(),
                new Layer.Linear(8, 2));
        List<Layer> ofSequences = List.of(
                new Layer.Embedding(4, 3),
                new Layer.Residual(List.of(new Layer.LayerNorm(3), new Layer.Linear(3, 3))),
                new Layer.Lstm(3, 3),
                new Layer.LastStep(),
                new Layer.Linear(3, 2));
        return Stream.of(
                Arguments.of(ofImages, Blobs.examples(2, new int[] {1, 4, 4}, 2, Seed.of(2))),
                Arguments.of(ofSequences, Blobs.tokens(2, 4, 4, 2, Seed.of(2))));
    }

    /** Many damaged files: each is read, or refused with a message, and nothing else happens. */
    @ParameterizedTest
    @MethodSource("damageable")
    void survivesDamage(List<Layer> layers, Examples data) throws IOException {
        try (Network network = new Network(layers, data.shape())) {
            network.load(network.initial(Seed.of(1)));
            NetworkFiles.write(new NetworkPredictor(network), List.of("a", "b"), Map.of("note", "x"), folder);
        }
        Path file = folder.resolve(NetworkFiles.PARAMETERS);
        byte[] valid = Files.readAllBytes(file);
        UniformRandomProvider random = Seed.of(20261125).stream();
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 800; i++) {
            Files.write(file, damaged(valid, random));
            try (NetworkFiles.Saved saved = NetworkFiles.read(folder)) {
                read++;
                if (i % 10 == 0 && saved.classes().equals(data.classes())) {
                    saved.model().logits(data);
                }
            } catch (IOException e) {
                assertThat(e.getMessage()).as("damage %d", i).startsWith(file.toString());
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("damage " + i, e);
            }
        }
        // Other values are values too.
        assertThat(read).isGreaterThan(30);
        assertThat(refused).isGreaterThan(500);
    }

    /** One to three changes: a bit, a byte, a cut, an insertion, or one digit, sign or name of the header for another. */
    private static byte[] damaged(byte[] valid, UniformRandomProvider random) {
        byte[] bytes = valid.clone();
        int changes = 1 + random.nextInt(3);
        int header = 8 + bytes[0] + (bytes[1] << 8);
        for (int change = 0; change < changes && bytes.length > 8; change++) {
            int values = Math.min(header, bytes.length - 1);
            int at =
                    switch (random.nextInt(3)) {
                        case 0 -> random.nextInt(bytes.length);
                        case 1 -> random.nextInt(values);
                        default -> values + random.nextInt(bytes.length - values);
                    };
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = spliced(bytes, at, at, INSERTIONS.get(random.nextInt(INSERTIONS.size())));
                default -> {
                    List<Integer> digits = new ArrayList<>();
                    for (int i = 8; i < Math.min(header, bytes.length); i++) {
                        if (bytes[i] >= '0' && bytes[i] <= '9') {
                            digits.add(i);
                        }
                    }
                    if (!digits.isEmpty()) {
                        int digit = digits.get(random.nextInt(digits.size()));
                        bytes = spliced(bytes, digit, digit + 1, NUMBERS.get(random.nextInt(NUMBERS.size())));
                    }
                }
            }
        }
        return bytes;
    }

    private static final List<String> INSERTIONS = List.of(
            "0", "-", "\"", "{", "}", "[", "]", ",", ":", "\\u0000", "null", "NaN", "{\"a\":", "[[[[[[[[", "\u00e9");
    private static final List<String> NUMBERS =
            List.of("0", "1", "2", "9", "-1", "1.5", "1e9", "2147483647", "2147483648", "9223372036854775807", "null");

    /** The length of the header is set anew, so that what follows it stays in place. */
    private static byte[] spliced(byte[] bytes, int from, int to, String by) {
        byte[] middle = by.getBytes(StandardCharsets.UTF_8);
        byte[] result = new byte[bytes.length - (to - from) + middle.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
        if (from >= 8) {
            ByteBuffer lengths = ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN);
            lengths.putLong(0, lengths.getLong(0) + middle.length - (to - from));
        }
        return result;
    }
}
